/**
 * What the names of Anthropic's models look like when they are whole. Aliases
 * such as a family's name mean another model each year.
 */
export const reference = (name: string): string | undefined =>
  /^claude-[\w.-]+$/.test(name) ? `anthropic:${name}` : undefined
