/** A member that is left out when there is no value. */
export const present = <Key extends string, Value>(
  key: Key,
  value: Value | undefined
): { readonly [K in Key]?: Value } => {
  const member: { [K in Key]?: Value } = {}
  if (value !== undefined) member[key] = value
  return member
}
