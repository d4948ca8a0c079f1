// Warn: what goes wrong in the dashboard is told to the process, never to who asks, and never thrown at anybody.

export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), { type: 'SwitchgearDashboard' })
}
