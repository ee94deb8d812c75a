/** An object with one member, or without it: for optional keys, which must not be there as `undefined`. */
export const present = <const Key extends string, Value>(
  key: Key,
  value: Value | undefined
): { readonly [K in Key]?: Value } => {
  const member: { [K in Key]?: Value } = {}
  if (value !== undefined) member[key] = value
  return member
}
