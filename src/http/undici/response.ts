// UndiciResponse: the head of an answer, as undici tells it.

/** What `isFailure` is asked about. */
export interface UndiciResponse {
  /** As 200. */
  readonly statusCode: number
  /** By names in small letters; of a header that came more than once, a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export function headerOf({ headers }: UndiciResponse, name: string): string {
  return [headers[name]].flat().join(', ')
}
