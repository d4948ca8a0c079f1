// Detail: what the server says about the open endpoint, loaded once a second and at once when its state changes.
import { type EndpointDetail, type ErrorAnswer, PATHS } from '../../protocol.ts'

export type DetailAnswer = { readonly detail: EndpointDetail; readonly at: number } | { readonly problem: string }

export async function loadDetail(name: string, signal: AbortSignal): Promise<DetailAnswer> {
  const response = await fetch(`${PATHS.endpoint}?name=${encodeURIComponent(name.toWellFormed())}`, { signal })
  const at = performance.now()
  if (response.ok) return { detail: (await response.json()) as EndpointDetail, at }
  if (response.status === 414 || response.status === 431) {
    return { problem: 'Its name is too long for an address, so no more can be asked about it.' }
  }
  return { problem: await problemOf(response) }
}

/** What a refusal says, in its own words. */
export async function problemOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as ErrorAnswer
    const mistakes = (error.mistakes ?? []).map(
      ({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`,
    )
    return [error.message, ...mistakes].join('\n')
  } catch {
    return `The process answered ${response.status}.`
  }
}
