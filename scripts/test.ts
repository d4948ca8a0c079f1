// npm test: what a developer runs after each change: types, lint, layers, and every test that starts no programs. `--all`
// (npm run test:all) adds the package, browsers, databases, other processes and more histories of the properties. Anything
// else, as the path of a test, goes to vitest: those tests alone, and no checks.
import { spawnSync } from 'node:child_process'

const args = process.argv.slice(2)
const isWhole = args[0] === '--all'
const started = performance.now()

/** Ends the process with the step's own exit code if it fails. */
function step(name: string, command: string, env: NodeJS.ProcessEnv = {}): void {
  const from = performance.now()
  const { status, error } = spawnSync(command, { shell: true, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error !== undefined) throw error
  const now = performance.now()
  const took = `${seconds(now - from)} of ${seconds(now - started)}`
  console.log(`${status === 0 ? '✓' : '✗'} ${name}: ${took}`)
  if (status !== 0) process.exit(status ?? 1)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

if (args.length > 0 && !isWhole) {
  step('tests', `npx vitest run ${args.map((arg) => JSON.stringify(arg)).join(' ')}`)
} else {
  step('the dashboard’s page', `npm run --silent build:page${isWhole ? '' : ' -- --if-missing'}`)
  step('types', 'npm run --silent typecheck')
  step('lint', 'npm run --silent lint')
  step('layers', 'npm run --silent check:layers')
  if (isWhole) step('package', 'npm run --silent check:package')
  if (isWhole) step('tests', 'npx vitest run', { SWITCHGEAR_PROPERTY_RUNS: '150' })
  else step('tests', 'npx vitest run --project core --project quick')
}
