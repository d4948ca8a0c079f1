// Programs: what runs the smoke tests. Packages on npm carry their programs; one that is not here is installed when it is
// first asked for.
import { join } from 'node:path'
import { newProject } from './project.ts'
import type { Runtime } from './runtimes.ts'

/** How a file is run, by the package of each runtime. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  node: ['node'],
  bun: ['bun', 'run'],
  // Of what npm has installed, it downloads nothing.
  deno: ['deno', 'run', '--allow-all', '--node-modules-dir=manual', '--no-lock'],
}

const installed = new Map<Runtime, Promise<readonly string[]>>()

/** The program and its arguments, up to the file that it is to run. */
export function commandOf(runtime: Runtime): Promise<readonly string[]> {
  const command = installed.get(runtime) ?? install(runtime)
  installed.set(runtime, command)
  return command
}

async function install(runtime: Runtime): Promise<readonly string[]> {
  const [name = '', major = ''] = runtime.split(' ')
  const [program = '', ...args] = PROGRAMS[name] ?? []
  if (name === 'node' && process.versions.node.startsWith(`${major}.`)) return [process.execPath]
  const { folder, install } = newProject(runtime)
  await install({ [name]: `^${major}` }, { scripts: true })
  return [join(folder, 'node_modules/.bin', program), ...args]
}
