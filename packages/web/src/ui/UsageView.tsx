/**
 * What a session and everything below it used.
 *
 * @stability unstable
 */
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import * as Store from "../Store.ts"
import * as Wire from "../Wire.ts"
import { Loaded } from "./Loaded.tsx"

const figures = [
  ["inputTokens", "Input tokens"],
  ["outputTokens", "Output tokens"],
  ["cacheReadTokens", "of input, read from cache"],
  ["cacheWriteTokens", "written to cache"],
  ["reasoningTokens", "of output, reasoning"]
] as const

const shown = (usage: Wire.Usage, figure: (typeof figures)[number][0]): string => {
  const value = usage[figure]
  if (value === undefined) return Figures.unknown
  return `${value.toLocaleString("en")}${usage.atLeast?.includes(figure) === true ? "+" : ""}`
}

export const Usage = ({ id }: { readonly id: string }) => {
  const node = Store.nodeOf(id)
  const again = `${id} ${Figures.tokens(node?.usage?.tree)} ${node?.status ?? ""}`
  return (
    <Loaded read={() => Actions.read(`${Actions.sessionPath(id)}/usage`, Wire.isTreeUsage)} again={again}>
      {({ inFlight, own, spawned, tree }) => (
        <div class="usage">
          <table>
            <thead>
              <tr>
                <th scope="col">Figure</th>
                <th scope="col" class="number">
                  Own
                </th>
                <th scope="col" class="number">
                  With everything below
                </th>
              </tr>
            </thead>
            <tbody>
              {figures.map(([figure, name]) => (
                <tr key={figure}>
                  <th scope="row">{name}</th>
                  <td class="number">{shown(own, figure)}</td>
                  <td class="number">{shown(tree, figure)}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">Cost</th>
                <td class="number">{Figures.cost(own)}</td>
                <td class="number">{Figures.cost(tree)}</td>
              </tr>
            </tbody>
          </table>
          <p class="dim">
            {Figures.count(spawned, "child was", "children were")} spawned below it; {inFlight} in flight. — is unknown,
            ~ estimated, + at least.
          </p>
        </div>
      )}
    </Loaded>
  )
}
