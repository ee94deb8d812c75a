/**
 * The page begins: the token of a printed link is traded for a cookie and removed
 * from the address before anything else is done.
 *
 * @stability unstable
 */
import { render } from "preact"
import * as Actions from "./Actions.ts"
import { tokenOf } from "./Address.ts"
import "./page.css"
import * as Store from "./Store.ts"
import { App } from "./ui/App.tsx"

const begin = async (): Promise<void> => {
  const token = tokenOf(location.hash)
  if (token !== undefined) {
    history.replaceState(null, "", `${location.pathname}${location.search}#/`)
    Store.look({})
  }
  const failed = token === undefined ? undefined : await Actions.signIn(token)
  Store.begin()
  const page = document.getElementById("page")
  if (page !== null) render(<App failed={failed} />, page)
}

void begin()
