/**
 * Names that came by, the latest of them: opencode says many things again, and
 * a conversation has no end of them.
 *
 * @stability unstable
 */

/** Of messages and their parts: what is said again was said a moment ago. */
const namesMax = 4_096

export class Recent {
  private readonly places = new Map<string, number>()
  private came = 0

  has(name: string): boolean {
    return this.places.has(name)
  }

  /** Its place among all that came, the earlier the smaller. */
  placeOf(name: string): number | undefined {
    return this.places.get(name)
  }

  /** Whether it is new. */
  add(name: string): boolean {
    if (this.places.has(name)) return false
    if (this.places.size >= namesMax) {
      const [oldest] = this.places.keys()
      if (oldest !== undefined) this.places.delete(oldest)
    }
    this.places.set(name, ++this.came)
    return true
  }
}
