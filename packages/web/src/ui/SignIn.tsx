/**
 * Who has no cookie gives the token: by the printed link, or by hand.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import * as Actions from "../Actions.ts"
import type { Failure } from "../Http.ts"
import * as Store from "../Store.ts"
import { Failed } from "./Loaded.tsx"

export const SignIn = ({ failed }: { readonly failed: Failure | undefined }) => {
  const token = useSignal("")
  const failure = useSignal(failed)
  const busy = useSignal(false)
  const enter = async (): Promise<void> => {
    busy.value = true
    // Whoever pastes the whole link means the token in it.
    failure.value = await Actions.signIn(token.value.trim().replace(/^.*#token=/, ""))
    busy.value = false
    if (failure.value === undefined) Store.retry()
  }
  return (
    <main class="sign-in">
      <h1>Offshoot</h1>
      <p>
        This page shows the agents of one server, and lets in who has its token. The server printed a link with it when
        it started, <code>…/#token=…</code>: open that link, or paste it here.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void enter()
        }}
      >
        <label>
          Token or link
          <input
            type="password"
            autocomplete="off"
            required
            value={token.value}
            onInput={(event) => (token.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={busy.value}>
          Sign in
        </button>
      </form>
      {failure.value === undefined ? null : <Failed failure={failure.value} />}
      <p class="dim">
        A token that you set yourself is in <code>OFFSHOOT_TOKEN</code>. It is traded for a cookie that scripts cannot
        read, and is kept nowhere else.
      </p>
    </main>
  )
}
