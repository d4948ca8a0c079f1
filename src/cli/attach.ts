// Attach: what can look at the demonstration's registry from outside, each loaded when it is asked for.
import type { Attach } from './demo/index.ts'
import { Failure } from './exit.ts'
import { DASHBOARD_PORT, INSPECTOR_PORT } from './ports.ts'

const HOST = '127.0.0.1'

/** `true`: on the usual port. */
export function attachDashboard(option: string, asked: number | true): Attach {
  const port = asked === true ? DASHBOARD_PORT : asked
  return async (registry) => {
    const { createDashboard } = await import('../observe/dashboard/index.ts')
    const dashboard = createDashboard(registry, { title: 'switchgear demo' })
    const { url } = await listening(option, port, dashboard.listen({ port, host: HOST }))
    const watch = port === DASHBOARD_PORT ? 'switchgear watch' : `switchgear watch ${url}`
    return { lines: [`dashboard: ${url}`, `in another terminal: npx ${watch}`], close: async () => dashboard.close() }
  }
}

/** Stately's page comes from the internet; what it shows stays on this machine. */
export function attachInspector(option: string, asked: number | true): Attach {
  const port = asked === true ? INSPECTOR_PORT : asked
  return async (registry) => {
    const { createInspectorBridge, inspectRegistry } = await import('../observe/inspect/index.ts')
    const bridge = await listening(option, port, createInspectorBridge({ port, host: HOST }))
    const inspection = inspectRegistry(registry, { inspector: bridge })
    return {
      lines: [`Stately inspector: ${bridge.url}`, `(without internet: switchgear demo --dashboard)`],
      async close() {
        inspection.detach()
        await bridge.close()
      },
    }
  }
}

/** A port that is in use is reported as that. */
async function listening<T>(option: string, port: number, starting: Promise<T>): Promise<T> {
  try {
    return await starting
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? `port ${port} is taken: ${option} 0 takes any free one` : message
    throw new Failure(`${option}: ${why}`)
  }
}
