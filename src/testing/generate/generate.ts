// generate: from the command line to the texts of a test file and, where there is none, of a driver to fill in.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { ArgumentError } from '../../core/edge/errors.ts'
import type { PolicyOptions } from '../../core/edge/resolve-policy.ts'
import { coverage as coverageOf } from '../paths/coverage.ts'
import { generatePaths } from '../paths/paths.ts'
import { dialectOf } from '../writing/test-dialect.ts'
import { toTestFile } from '../writing/test-file.ts'
import type { Arguments } from './arguments.ts'
import { driverTemplate } from './driver-template.ts'

export interface Generated {
  readonly text: string
  /** A driver to fill in, and where to put it; `null` when there is one, or none is wanted. */
  readonly driver: { readonly file: string; readonly text: string } | null
  /** What was made, and how to go on: lines for a person. */
  readonly remarks: readonly string[]
}

/** @throws ArgumentError (`INVALID_ARGUMENT`), PolicyError (`INVALID_POLICY`), Error when a file can't be read. */
export function generate(args: Arguments): Generated {
  const { runner, coverage, maxLength, steps, out } = args
  const dialect = dialectOf(runner)
  if (out !== undefined) checkOut(out, args.force)
  const { timeout, ...policy } = readPolicy(args.policyFile)
  const exactly = args.exact ? { exact: true } : {}
  const paths = generatePaths(policy, { coverage, maxLength, ...steps, ...exactly })
  if (paths.length === 0) throw new ArgumentError('--coverage', 'one that some path can meet', coverage)
  const language = out !== undefined && /\.m?js$/.test(out) ? 'js' : 'ts'
  const name = args.name ?? (out === undefined ? 'my service' : basename(out).replace(/(\.(test|spec))?\.\w+$/, ''))
  const text = toTestFile(paths, {
    runner,
    name,
    driver: args.driver,
    language,
    ...(out !== undefined && { file: nameOf(out) }),
  })
  const driver = args.writesDriver && out !== undefined ? missingDriver(out, args.driver, language, steps) : null

  const { transitions, unreachable, abstraction } = coverageOf(paths, policy, { ...steps, ...exactly })
  const all = transitions.met.length + transitions.missed.length + unreachable.length
  const more = transitions.missed.length
  const reach = more === 0 ? 'all that these steps can reach' : `${more} more with --coverage transitions`
  const remarks = [
    `${paths.length} tests take ${transitions.met.length} of the ${all} transitions of the statechart, ${reach}`,
  ]
  if (abstraction.length > 0)
    remarks.push('the policy is large: a comment above the tests says what the search left out')
  if (args.steps.commands.length === 0) remarks.push('--commands all and --results all add steps')
  if (out !== undefined && runner !== 'vitest' && !isModule(out)) {
    remarks.push(`package.json has no "type": "module": name the file .mjs, or ${runner} takes it for CommonJS`)
  }
  if (timeout !== undefined) remarks.push('timeout is left out: how long a call takes is up to the test')
  if (driver !== null) remarks.push(`${driver.file} is yours to fill in: put your service where it says TODO`)
  if (out !== undefined) remarks.push(`run it with: ${dialect.command(out)}`)
  return { text, driver, remarks }
}

function checkOut(out: string, force: boolean): void {
  checkFolder('--out', out)
  if (!existsSync(out)) return
  if (statSync(out).isDirectory()) throw new ArgumentError('--out', 'a file, not a folder', out)
  if (!force) throw new ArgumentError('--out', 'a file that does not exist (or --force)', out)
}

function checkFolder(where: string, file: string): void {
  const folder = dirname(resolve(file))
  const isThere = existsSync(folder) && statSync(folder).isDirectory()
  if (!isThere) throw new ArgumentError(where, `a file in a folder that exists (make ${dirname(file)} first)`, file)
}

/** In the header of the file, where it lies on this machine is of no use to others. */
function nameOf(out: string): string {
  return isAbsolute(out) ? basename(out) : out
}

/** Whether Node takes the file for an ES module, by its ending or by the package that it is in. */
function isModule(file: string): boolean {
  if (/\.m[jt]s$/.test(file)) return true
  let folder = dirname(resolve(file))
  for (;;) {
    const json = join(folder, 'package.json')
    if (existsSync(json)) return JSON.parse(readFileSync(json, 'utf8')).type === 'module'
    if (folder === dirname(folder)) return false
    folder = dirname(folder)
  }
}

function readPolicy(file: string | undefined): PolicyOptions {
  if (file === undefined) return {}
  let policy: unknown
  const text = readText(file)
  try {
    policy = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`)
  }
  const isTable = typeof policy === 'object' && policy !== null && !Array.isArray(policy)
  if (!isTable) throw new ArgumentError(file, 'a policy, as an object', policy)
  return policy as PolicyOptions
}

function readText(file: string): string {
  if (!existsSync(file)) throw new ArgumentError('--policy', 'a file of JSON that exists', file)
  if (statSync(file).isDirectory()) throw new ArgumentError('--policy', 'a file of JSON, not a folder', file)
  return readFileSync(file, 'utf8')
}

/** An import of `./driver.js` may mean a file in TypeScript. */
function missingDriver(
  out: string,
  specifier: string,
  language: 'ts' | 'js',
  { commands, results }: Arguments['steps'],
): Generated['driver'] {
  if (!specifier.startsWith('.')) return null
  const inJavaScript = resolve(dirname(out), specifier)
  const inTypeScript = inJavaScript.replace(/js$/, 'ts')
  if (existsSync(inJavaScript) || existsSync(inTypeScript)) return null
  checkFolder('--driver', inJavaScript)
  const file = relative('.', language === 'ts' ? inTypeScript : inJavaScript)
  return { file, text: driverTemplate(language, { commands, canIgnore: results.includes('ignore') }) }
}
