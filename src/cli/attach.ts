// Attach: what can look at the demonstration's registry from outside, each loaded when it is asked for.
import type { Attach } from '../demo/index.ts'
import { Failure } from './exit.ts'
import { DASHBOARD_PORT, INSPECTOR_PORT } from './ports.ts'

const HOST = '127.0.0.1'

/** `true`: on the usual port. */
export function attachDashboard(port: number | true): Attach {
  const usual = port === true ? DASHBOARD_PORT : port
  return async (registry) => {
    const { createDashboard } = await import('../dashboard/index.ts')
    const dashboard = createDashboard(registry, { title: 'switchgear demo' })
    const { url } = await listening('--dashboard', usual, dashboard.listen({ port: usual, host: HOST }))
    const watch = port === true ? 'switchgear watch' : `switchgear watch ${url}`
    return { lines: [`dashboard  ${url}   (in another terminal: ${watch})`], close: async () => dashboard.close() }
  }
}

/** A port that somebody else has is told as what it is. */
async function listening<T>(option: string, port: number, starting: Promise<T>): Promise<T> {
  try {
    return await starting
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? `port ${port} is taken: ${option} 0 takes any free one` : message
    throw new Failure(`${option}: ${why}`)
  }
}
export function attachInspector(port: number | true): Attach {
  return async () => {
    throw new Failure(`stub ${port} ${INSPECTOR_PORT}`)
  }
}
