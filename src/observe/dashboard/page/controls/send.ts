// Send: commands to the process, with the token, which is kept as long as this tab is open and nowhere else.
import { signal } from '@preact/signals'
import { problemOf } from '../store/detail.ts'

const KEY = 'switchgear.token'

export const token = signal(remembered())

export type Sent<T> = { readonly answer: T } | { readonly problem: string; readonly isTokenWrong: boolean }

export function rememberToken(value: string): void {
  token.value = value
  try {
    if (value === '') sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, value)
  } catch {
    // Storage is switched off: the token must be entered again after a reload.
  }
}

export async function send<T>(path: string, body: object, withToken = token.peek()): Promise<Sent<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${withToken}` },
      body: JSON.stringify(body),
    })
    if (response.ok) return { answer: (await response.json()) as T }
    return { problem: await problemOf(response), isTokenWrong: response.status === 401 }
  } catch {
    return { problem: 'The process does not answer. Nothing was done.', isTokenWrong: false }
  }
}

function remembered(): string {
  try {
    return sessionStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}
