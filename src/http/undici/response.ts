// UndiciResponse: the head of a response, as undici gives it.

/** The response that `isFailure` judges. */
export interface UndiciResponse {
  /** The status, for example 200. */
  readonly statusCode: number
  /** By names in lower case; a list for a header that came more than once. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export function headerOf({ headers }: UndiciResponse, name: string): string {
  return [headers[name]].flat().join(', ')
}
