// Who lacks a package that an integration is for is told which command installs it, in one way everywhere.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, packageJson, type Sandbox } from './sandbox.ts'

const LISTEN = 'entry.createDashboard(registry).listen({ port: 0 })'
const joinBy = (store: string) =>
  `new Promise((_, reject) => { registry.on('error', ({ error }) => reject(error)); entry.joinFleet(registry, { store: entry.${store}() }) })`

/** The package that is missing, the entry, what needs it after the entry is loaded, and what is told of it. */
const NEEDS = [
  ['prom-client', 'prometheus', null, 'switchgear/prometheus', 'prom-client'],
  ['@opentelemetry/api', 'opentelemetry', null, 'switchgear/opentelemetry', '@opentelemetry/api'],
  ['yaml', 'config', null, 'switchgear/config', 'yaml'],
  ['cockatiel', 'cockatiel', null, 'switchgear/cockatiel', 'cockatiel'],
  ['@nestjs/common', 'nestjs', null, 'switchgear/nestjs', '@nestjs/common rxjs'],
  ['rxjs', 'nestjs', null, 'switchgear/nestjs', '@nestjs/common rxjs'],
  ['hono', 'hono', "entry.guardRoute(registry)({ req: { raw: new Request('http://a') } })", 'switchgear/hono', 'hono'],
  [
    'hono',
    'dashboard',
    `${LISTEN}.then(() => entry.createDashboard(registry).fetch(new Request('http://a')))`,
    'switchgear/dashboard',
    'hono @hono/node-server',
  ],
  ['@hono/node-server', 'dashboard', LISTEN, 'switchgear/dashboard', 'hono @hono/node-server'],
  ['ws', 'inspect', 'entry.createInspectorBridge({ port: 0 })', 'switchgear/inspect', 'ws'],
  ['redis', 'fleet', joinBy('redisStore'), 'redisStore()', 'redis'],
  ['ioredis', 'fleet', joinBy('ioredisStore'), 'ioredisStore()', 'ioredis'],
] as const
/** Only their types are used: the user hands in what these have made. */
const NEVER_LOADED = ['fastify', 'undici', '@statelyai/inspect']

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

it('is about every package that a user may install', () => {
  const named = [...NEEDS.map(([name]) => name), ...NEVER_LOADED]
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(packageJson.peerDependencies).toSorted())
})

it('switchgear loads without any of them, and so does what never loads its own', () => {
  sandbox.write(
    'main.js',
    ['', '/fastify', '/express', '/undici', '/inspect'].map((entry) => `import 'switchgear${entry}'`).join('\n'),
  )
  expect(sandbox.run('main.js')).toMatchObject({ stdout: '', stderr: '', status: 0 })
})

const WAYS = [
  ['import', (entry: string) => `await import('${entry}')`, []],
  ['require', (entry: string) => `require('${entry}')`, []],
  [
    'require where modules can not be required',
    (entry: string) => `require('${entry}')`,
    ['--no-experimental-require-module'],
  ],
] as const

describe.each(WAYS)('by %s', (_, load, flags) => {
  // Without rxjs it is Nest 12 that can't be required there, being of modules alone.
  const needs = NEEDS.filter(([missing]) => flags.length === 0 || missing !== 'rxjs')
  it.each(needs)('without %s, switchgear/%s says how to install it', (missing, entry, use, user, install) => {
    const others = Object.keys(packageJson.peerDependencies).filter((name) => name !== missing)
    sandbox.unlink(...Object.keys(packageJson.peerDependencies))
    sandbox.link(...others)
    sandbox.write(
      'main.cjs',
      `(async () => {
        try {
          const { createRegistry } = ${load('switchgear')}
          const registry = createRegistry()
          const entry = ${load(`switchgear/${entry}`)}
          await ${use}
        } catch ({ code, message }) {
          console.log(code, message)
        }
        process.exit()
      })()`,
    )
    const { stdout, stderr } = sandbox.runWith(flags, 'main.cjs')
    const told = `MISSING_PEER ${user} needs the package ${missing}: npm install ${install}\n`
    expect({ stdout, stderr }).toEqual({ stdout: told, stderr: '' })
  })
})
