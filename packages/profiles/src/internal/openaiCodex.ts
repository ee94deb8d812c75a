/**
 * What the names of OpenAI's own models look like. Others of the same beginning
 * are open models, which other providers serve.
 */
export const reference = (name: string): string | undefined =>
  /^(gpt-\d|o\d|codex-)[\w.-]*$/.test(name) ? `openai:${name}` : undefined
