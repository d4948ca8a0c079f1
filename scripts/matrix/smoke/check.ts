// Check: how a smoke test says what it saw. Nothing of Node's, because browsers run it too.

/** @throws Error if they are not the same, as JSON */
export function same(what: string, seen: unknown, expected: unknown): void {
  const [was, should] = [JSON.stringify(seen), JSON.stringify(expected)]
  if (was !== should) throw new Error(`${what}: ${was}, not ${should}`)
}

/** Prints `ok` at its end; what it throws is a rejection that nobody handles. The process has to end by itself. */
export function smoke(test: () => Promise<void>): void {
  void test().then(() => console.log('ok'))
}

/** The `code` of what the promise rejects with. */
export async function codeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => 'none')
  } catch (error) {
    return Object(error).code ?? String(error)
  }
}
