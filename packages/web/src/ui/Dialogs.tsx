/**
 * What is asked of a person before something is done: dialogs of the browser's
 * own kind, so that focus stays in them and Escape leaves them.
 *
 * @stability unstable
 */
import { signal, useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import * as Actions from "../Actions.ts"
import { nameOf } from "../NowLine.ts"
import * as Store from "../Store.ts"
import * as Wire from "../Wire.ts"
import { keyRows } from "./Keys.ts"

export type Dialog =
  | { readonly _tag: "Help" }
  | { readonly _tag: "New" }
  | { readonly _tag: "Spawn"; readonly id: string }
  | { readonly _tag: "Steer"; readonly id: string }
  | { readonly _tag: "Abort"; readonly id: string }

export const dialog = signal<Dialog | undefined>(undefined)

const close = (): void => {
  dialog.value = undefined
}

const Frame = (props: { readonly title: string; readonly children: ComponentChildren }) => {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = ref.current
    const before = document.activeElement
    element?.showModal()
    element?.querySelector<HTMLElement>("[data-first]")?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={ref}
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close()
      }}
    >
      <div class="dialog">
        <header>
          <h2 id="dialog-title">{props.title}</h2>
          <button type="button" class="quiet close" aria-label="Close" onClick={() => ref.current?.close()}>
            ✕
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  )
}

const Help = () => (
  <Frame title="Keys and signs">
    <dl class="keys">
      {keyRows.map(({ keys, what }) => (
        <div key={keys}>
          <dt>
            {keys.split(" ").map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p class="dim">
      — is unknown, ~ estimated, + at least. Figures stand as own / with everything below. Closing this page stops
      nothing: only Stop and Abort do.
    </p>
    <p>
      <button type="button" onClick={() => void Actions.signOut()}>
        Sign out
      </button>
    </p>
  </Frame>
)

const nameOfId = (id: string): string => {
  const node = Store.nodeOf(id)
  return node === undefined ? id : nameOf(node)
}

const Steer = ({ id }: { readonly id: string }) => {
  const text = useSignal("")
  const busy = useSignal(false)
  const send = async (mode: Actions.SteerMode): Promise<void> => {
    if (text.value.trim() === "") return
    busy.value = true
    if (await Actions.steer(id, text.value, mode)) close()
    busy.value = false
  }
  return (
    <Frame title={`Steer ${nameOfId(id)}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void send("queue")
        }}
      >
        <label>
          Message
          <textarea
            data-first
            rows={5}
            maxLength={65_536}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send("queue")
            }}
          />
        </label>
        <p class="dim">A live run takes it at its next safe point; one that has ended begins again with it.</p>
        <div class="answers">
          <button type="submit" class="primary" disabled={busy.value}>
            Send
          </button>
          <button type="button" disabled={busy.value} onClick={() => void send("interrupt")}>
            Send and interrupt
          </button>
        </div>
      </form>
    </Frame>
  )
}

const Abort = ({ id }: { readonly id: string }) => (
  <Frame title={`Abort ${nameOfId(id)}?`}>
    <p>It and everything below it end at once. What they have not saved is lost. Stop lets them save first.</p>
    <div class="answers">
      <button
        type="button"
        class="danger"
        data-first
        onClick={() => {
          void Actions.stop(id, "abort")
          close()
        }}
      >
        Abort
      </button>
      <button
        type="button"
        onClick={() => {
          void Actions.stop(id, "graceful")
          close()
        }}
      >
        Stop instead
      </button>
    </div>
  </Frame>
)

interface Choices {
  readonly agents: Wire.Agents | undefined
  readonly profiles: Wire.Profiles | undefined
  readonly models: Wire.Models | undefined
}

const none: Choices = { agents: undefined, profiles: undefined, models: undefined }

/** What can be chosen. A list that the server does not give leaves a field in which anything may be typed. */
const readChoices = async (): Promise<Choices> => {
  const [agents, profiles, models] = await Promise.all([
    Actions.read("/v1/agents", Wire.isAgents),
    Actions.read("/v1/profiles", Wire.isProfiles),
    Actions.read("/v1/models", Wire.isModels)
  ])
  return {
    agents: agents.ok ? agents.value : undefined,
    profiles: profiles.ok ? profiles.value : undefined,
    models: models.ok ? models.value : undefined
  }
}

interface FieldProps {
  readonly name: string
  readonly value: string
  readonly set: (value: string) => void
  readonly choices?: ReadonlyArray<string>
  readonly placeholder?: string
}

const Field = ({ choices, name, placeholder, set, value }: FieldProps) => {
  const list = `choices-${name.toLowerCase()}`
  return (
    <label>
      {name}
      <input
        type="text"
        value={value}
        placeholder={placeholder}
        list={list}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <datalist id={list}>
        {choices?.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </label>
  )
}

const AgentField = (props: {
  readonly agents: Wire.Agents | undefined
  readonly value: string
  readonly set: (value: string) => void
}) => {
  const configured = props.agents?.items.filter((agent) => agent.configured !== false) ?? []
  return (
    <label>
      Agent
      <select value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
        <option value="">{props.agents?.inProcess === false ? "none is in this process" : "in this process"}</option>
        {configured.map(({ id, title }) => (
          <option key={id} value={id}>
            {title ?? id}
          </option>
        ))}
      </select>
    </label>
  )
}

const blank = { title: "", prompt: "", profile: "", model: "", workspace: "", agent: "" }
type Form = typeof blank

interface ChoiceProps {
  readonly choices: Choices
  readonly form: Form
  readonly set: (change: Partial<Form>) => void
}

const Choice = ({ choices, form, set }: ChoiceProps) => {
  const { agents, models, profiles } = choices
  const { agent, model, profile, title, workspace } = form
  return (
    <div class="fields">
      <Field name="Title" value={title} set={(value) => set({ title: value })} placeholder="optional" />
      <AgentField agents={agents} value={agent} set={(value) => set({ agent: value })} />
      <Field
        name="Profile"
        value={profile}
        set={(value) => set({ profile: value })}
        choices={profiles?.items.map(({ name }) => name) ?? []}
        placeholder="optional"
      />
      <Field
        name="Model"
        value={model}
        set={(value) => set({ model: value })}
        choices={models?.items.map(({ alias, reference }) => alias ?? reference) ?? []}
        placeholder="the default"
      />
      <Field name="Workspace" value={workspace} set={(value) => set({ workspace: value })} placeholder="a folder" />
    </div>
  )
}

const Start = ({ parentId }: { readonly parentId: string | undefined }) => {
  const choices = useSignal(none)
  const form = useSignal(blank)
  const busy = useSignal(false)
  const fill = async (): Promise<void> => {
    choices.value = await readChoices()
  }
  useEffect(() => {
    void fill()
  }, [])
  const set = (change: Partial<Form>): void => {
    form.value = { ...form.value, ...change }
  }
  const start = async (): Promise<void> => {
    const { agent: agentId, ...rest } = form.value
    const work = { ...rest, agent: choices.value.agents?.items.find(({ id }) => id === agentId) }
    busy.value = true
    const id = parentId === undefined ? await Actions.createSession(work) : await Actions.spawn(parentId, work)
    busy.value = false
    if (id === undefined) return
    close()
    Store.openSession(id)
  }
  const { prompt } = form.value
  return (
    <Frame title={parentId === undefined ? "New session" : `Spawn a child of ${nameOfId(parentId)}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
      >
        <label>
          Prompt
          <textarea
            data-first
            rows={5}
            required={parentId !== undefined}
            placeholder={
              parentId === undefined ? "What it should do. Empty: it waits for a message." : "What it should do"
            }
            value={prompt}
            onInput={(event) => set({ prompt: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void start()
            }}
          />
        </label>
        <Choice choices={choices.value} form={form.value} set={set} />
        <div class="answers">
          <button
            type="submit"
            class="primary"
            disabled={busy.value || (parentId !== undefined && prompt.trim() === "")}
          >
            {parentId === undefined ? "Start" : "Spawn"}
          </button>
        </div>
      </form>
    </Frame>
  )
}

export const Dialogs = () => {
  const open = dialog.value
  switch (open?._tag) {
    case undefined:
      return null
    case "Help":
      return <Help />
    case "New":
      return <Start key="new" parentId={undefined} />
    case "Spawn":
      return <Start key={open.id} parentId={open.id} />
    case "Steer":
      return <Steer key={open.id} id={open.id} />
    case "Abort":
      return <Abort key={open.id} id={open.id} />
  }
}
