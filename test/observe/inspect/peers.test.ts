// Without the optional peers: a process that cannot find them.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ENTRY = new URL('../../../src/observe/inspect/index.ts', import.meta.url).href

/** Runs a program for which packages are not installed. */
async function runWithout(names: readonly string[], program: string): Promise<string> {
  const hook = `export const resolve = (specifier, context, next) => {
    if (!${JSON.stringify(names)}.includes(specifier)) return next(specifier, context)
    throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const register = `import { register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`
  const hooks = ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(register)}`]
  const child = spawn(process.execPath, [...hooks, '--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    timeout: 30_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  return output.trim()
}

it('without ws, making a bridge says what to install; without @statelyai/inspect nothing is missing', async () => {
  const output = await runWithout(
    ['ws', '@statelyai/inspect'],
    `import { createInspectorBridge, inspectRegistry } from '${ENTRY}'
    import { createRegistry } from '${new URL('../../../src/index.ts', import.meta.url).href}'
    const registry = createRegistry()
    inspectRegistry(registry, { inspector: { send: ({ type, name }) => console.log(type, name) } })
    await createInspectorBridge().catch(({ code, message, cause }) => console.log(code, message, cause.code))`,
  )
  expect(output.split('\n')).toEqual([
    '@xstate.actor registry',
    'MISSING_PEER switchgear/inspect needs the package ws: npm install ws ERR_MODULE_NOT_FOUND',
  ])
})
