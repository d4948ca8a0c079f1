// Serving: a registry with its dashboard on a server of its own, and all that is stopped after each test.
import { request as httpRequest } from 'node:http'
import { afterEach } from 'vitest'
import { createRegistry, type Registry, type RegistryOptions } from '../../../../src/index.ts'
import {
  type ControlAnswer,
  createDashboard,
  type Dashboard,
  type DashboardOptions,
  type PolicyAnswer,
} from '../../../../src/observe/dashboard/index.ts'
import { openReader, type Reader } from './reader.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** Is called after the test, the newest first. */
export function afterwards(end: () => unknown): void {
  endings.push(end)
}

export interface Served {
  readonly registry: Registry
  readonly dashboard: Dashboard
  readonly url: string
  readonly read: () => Promise<Reader>
}

export const TOKEN = 'correct-horse-battery'

export async function serve(options: DashboardOptions = {}, registryOptions: RegistryOptions = {}): Promise<Served> {
  const registry = createRegistry(registryOptions)
  afterwards(() => registry.close())
  const dashboard = createDashboard(registry, options)
  afterwards(() => dashboard.close())
  const { url } = await dashboard.listen()
  return {
    registry,
    dashboard,
    url,
    async read() {
      const reader = await openReader(url)
      afterwards(() => reader.leave())
      return reader
    },
  }
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request with exactly these headers, `Host` and `Origin` among them, which `fetch` would not send. */
export function rawRequest(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** A POST as the page makes it. */
export async function post(url: string, body: unknown, token: string | null = TOKEN) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  // Each endpoint of the interface has an answer of its own.
  const answer: ControlAnswer & PolicyAnswer = JSON.parse(await response.text())
  return { status: response.status, body: answer }
}
