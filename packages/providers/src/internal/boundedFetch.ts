/**
 * A `fetch` whose responses have an end, whatever is at the other side: the
 * address of a provider may be anybody's.
 */

/** A response of a million tokens is some megabytes, and the wire says each of them with a hundred bytes of JSON. */
export const responseBytesMax = 256 * 1024 * 1024

/** The response is longer than any answer of a model. */
export class ResponseTooLarge extends Error {
  override readonly name = "ResponseTooLarge"
  constructor(bytesMax: number) {
    super(`the response is longer than ${bytesMax} bytes`)
  }
}

const counting = (bytesMax: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  let bytes = 0
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength
      if (bytes > bytesMax) controller.error(new ResponseTooLarge(bytesMax))
      else controller.enqueue(chunk)
    }
  })
}

type Fetch = typeof globalThis.fetch

export const bounded =
  (fetch: Fetch, bytesMax: number): Fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    return response.body === null ? response : new Response(response.body.pipeThrough(counting(bytesMax)), response)
  }
