/**
 * A state as icon and word, never as a colour alone.
 *
 * @stability unstable
 */
import * as TreeWords from "@offshoot/core/TreeWords"
import type { TreeNode } from "@offshoot/core/TreeView"

export const State = ({ status }: { readonly status: TreeNode["status"] }) => {
  const { icon, word } = TreeWords.lookOf(status)
  return (
    <span class={`state state-${status}`}>
      <span class="icon" aria-hidden="true">
        {icon}
      </span>
      <span class="word">{word}</span>
    </span>
  )
}
