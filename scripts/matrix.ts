// npm run matrix: packs the package and installs the tarball into projects of strangers: beside the oldest and the newest
// version of each part of each peer's range, and on each runtime; there it compiles a smoke test and runs it, as ES modules and
// as CommonJS. It takes a quarter of an hour and the internet, so it is no part of `npm test`. `--only undici`: those whose
// name begins so. What is tried is in docs/platforms.md, too (npm run tables).
import { parseArgs } from 'node:util'
import { createRedis } from '../test/support/databases.ts'
import { redisServer } from '../test/support/needs.ts'
import { COMBINATIONS, type Combination } from './matrix/combinations.ts'
import { commandOf } from './matrix/programs.ts'
import { FORMATS, type Format, keepBeside, newProject, removeProjects } from './matrix/project.ts'
import { tarball } from './tarball.ts'

/** As many as there are cores in CI. */
const AT_A_TIME = 2
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })

interface Result {
  /** With the version that was installed. */
  readonly name: string
  readonly result: string
  readonly seconds: number
}

const problems: string[] = []

async function attempt(packed: string, env: Readonly<Record<string, string>>, tried: Combination): Promise<Result> {
  const { smoke, packages, runtime, skipLibCheck } = tried
  const started = performance.now()
  const project = newProject(tried.name)
  let [name, result] = [tried.name, 'is not installed']
  try {
    await project.install({ switchgear: `file:${packed}`, '@types/node': '^20.0.0', ...packages })
    const [peer = ''] = name.split(' ')
    if (peer in packages) name += ` (${project.versionOf(peer)})`
    const command = await commandOf(runtime)
    for (const format of Object.keys(FORMATS) as Format[]) {
      result = `does not compile as ${format}`
      await project.compile(smoke, format, skipLibCheck)
      result = `fails as ${format}`
      await project.run(smoke, format, command, env)
    }
    result = 'ok'
  } catch (error) {
    problems.push(`${name}: ${result}\n${(error as Error).message}`)
  }
  project.remove()
  const seconds = (performance.now() - started) / 1_000
  console.error(`${result === 'ok' ? '✓' : '✗'} ${name} on ${runtime}: ${result}, ${seconds.toFixed(1)} s`)
  return { name, result, seconds }
}

async function run(): Promise<void> {
  if (redisServer.path === null) throw new Error(redisServer.missing)
  const chosen = COMBINATIONS.filter(({ name }) => name.startsWith(values.only))
  if (chosen.length === 0) throw new Error(`no combination begins with ${values.only}`)
  // Whoever builds meanwhile takes the old one away.
  const packed = keepBeside(tarball())
  const redis = await createRedis(redisServer.path)
  const cleanUp = async () => {
    await redis.dispose()
    removeProjects()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => cleanUp().finally(() => process.exit(1)))
  await redis.start()
  const waiting = [...chosen]
  const results = new Map<Combination, Result>()
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next, await attempt(packed, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }, next))
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work)).finally(cleanUp)
  console.log('| combination | runtime | result | seconds |\n|---|---|---|---|')
  for (const combination of chosen) {
    const { name, result, seconds } = results.get(combination) as Result
    console.log(`| ${name} | ${combination.runtime} | ${result} | ${seconds.toFixed(1)} |`)
  }
  for (const problem of problems) console.error(`\n${problem}`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

await run()
