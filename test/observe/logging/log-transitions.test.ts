// One line for each thing that happens to a breaker, in the logs of real loggers.
import { Console } from 'node:console'
import { PassThrough, Writable } from 'node:stream'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import winston from 'winston'
import type { RegistryOptions } from '../../../src/index.ts'
import { type LogOptions, logTransitions } from '../../../src/observe/logging/index.ts'
import { DOWN, fail, jobsDone } from '../../support/calls.ts'
import { CRASH, crash } from '../../support/crashes.ts'
import { newRegistry } from '../../support/registries.ts'

/** A stream that keeps its lines. */
function newLines() {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  const lines = () => text.split('\n').slice(0, -1)
  return { stream, lines, records: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>) }
}

const LOGGERS = {
  pino() {
    const { stream, lines, records } = newLines()
    return { logger: pino({ level: 'trace' }, stream), lines, records }
  },
  winston() {
    const { stream, lines, records } = newLines()
    const logger = winston.createLogger({ level: 'silly', transports: [new winston.transports.Stream({ stream })] })
    return { logger, lines, records }
  },
  console() {
    const { stream, lines, records } = newLines()
    return { logger: new Console(stream, stream), lines, records }
  },
}

function newLog(kind: keyof typeof LOGGERS, options?: LogOptions, registryOptions?: RegistryOptions) {
  const log = LOGGERS[kind]()
  const made = newRegistry(registryOptions)
  return { ...made, ...log, stop: logTransitions(made.registry, log.logger, options) }
}

describe('a transition is one line', () => {
  const isRecent = (at: unknown) => Math.abs(Date.now() - Date.parse(String(at))) < 60_000
  const fields = {
    event: 'transition',
    endpoint: 'payments',
    from: 'closed',
    to: 'open',
    generation: 1,
    reason: { type: 'consecutiveFailures', failures: 2, threshold: 2 },
  }
  const words = 'circuit "payments" is open, was closed: 2 consecutive failures (threshold 2)'

  it('of pino, with fields', async () => {
    const { registry, records } = newLog('pino', {}, { policy: { failureThreshold: 2 } })
    await fail(registry.breaker('payments'), 2)
    const [record, ...others] = records()
    expect(others).toEqual([])
    expect(record).toMatchObject({ level: 40, msg: words, ...fields })
    expect(isRecent(record?.['at'])).toBe(true)
  })

  it('of winston, with fields', async () => {
    const { registry, records } = newLog('winston', {}, { policy: { failureThreshold: 2 } })
    await fail(registry.breaker('payments'), 2)
    const admission = { admits: 'none', refusedBy: 'breaker' }
    expect(records()).toEqual([{ level: 'warn', message: words, ...fields, ...admission, at: expect.any(String) }])
  })

  it('of a console, in words', async () => {
    const { registry, lines } = newLog('console', {}, { policy: { failureThreshold: 2 } })
    await fail(registry.breaker('payments'), 2)
    expect(lines()).toEqual([words])
  })

  it.each([
    ['trip', 'open', 'warn'],
    ['isolate', 'forcedOpen', 'warn'],
    ['disable', 'disabled', 'warn'],
    ['reset', 'closed', 'info'],
  ] as const)('after %s, to %s, of the level %s', (command, to, level) => {
    const { registry, records } = newLog('winston')
    const breaker = registry.breaker('a')
    if (command === 'reset') breaker.trip()
    breaker[command]()
    expect(records().at(-1)).toMatchObject({ to, level })
  })

  it('when the open time has passed', () => {
    const { registry, clock, records } = newLog('winston')
    registry.breaker('a').trip()
    clock.advance(30_000)
    expect(records().at(-1)).toMatchObject({
      level: 'info',
      message: 'circuit "a" is halfOpen, was open: the open time has passed',
    })
  })
})

describe('a crash is one line', () => {
  it('when the actor goes on, and when it is parked', async () => {
    const { registry, records } = newLog('winston', {}, { supervision: { maxRestarts: 1 } })
    await crash(registry.breaker('a'), 2)
    const crashes = records().filter(({ event }) => event !== 'transition')
    expect(crashes).toEqual([
      {
        level: 'warn',
        message: 'circuit "a" goes on after a crash of its actor: Error: crash',
        event: 'restarted',
        endpoint: 'a',
        generation: expect.any(Number),
        at: expect.any(String),
      },
      {
        level: 'error',
        message: 'circuit "a" is parked as disabled, its actor crashed too often: Error: crash',
        event: 'escalated',
        endpoint: 'a',
        state: 'disabled',
        at: expect.any(String),
      },
    ])
  })

  it('that pino prints with its error', async () => {
    const { registry, records } = newLog('pino')
    await crash(registry.breaker('a'))
    const [record] = records()
    expect(record).toMatchObject({ event: 'restarted', err: { type: 'Error', message: 'crash', stack: CRASH.stack } })
  })
})

describe('errors of code that was handed in', () => {
  const misbehave = (registry: ReturnType<typeof newRegistry>['registry']) => {
    registry.on('created', () => {
      throw DOWN
    })
    registry.breaker('a')
  }

  it('are logged when that is asked for', () => {
    const { registry, records } = newLog('winston', { levels: { error: 'error' } })
    misbehave(registry)
    expect(records()).toEqual([
      {
        level: 'error',
        message: 'code handed to the registry went wrong, listener: Error: down',
        event: 'error',
        source: 'listener',
      },
    ])
  })

  it('stay warnings of the process otherwise', async () => {
    const { registry, records } = newLog('winston')
    const warnings: Error[] = []
    const listener = (warning: Error) => warnings.push(warning)
    process.on('warning', listener)
    misbehave(registry)
    await jobsDone()
    process.off('warning', listener)
    expect(records()).toEqual([])
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('listener went wrong')])
  })
})

describe('the loggers', () => {
  it('are told nothing after the end', () => {
    const { registry, lines, stop } = newLog('console')
    registry.breaker('a').trip()
    stop()
    stop()
    registry.breaker('a').reset()
    expect(lines()).toHaveLength(1)
  })

  it('are asked for the levels that are given, and for none where that is null', () => {
    const { registry, clock, records } = newLog('pino', { levels: { halfOpen: 'debug', open: 'fatal', closed: null } })
    registry.breaker('a').trip()
    clock.advance(30_000)
    registry.reset('a')
    expect(records().map(({ level, to }) => ({ level, to }))).toEqual([
      { level: 60, to: 'open' },
      { level: 20, to: 'halfOpen' },
    ])
  })

  it('may change their level while they log', () => {
    const { registry, logger, lines } = newLog('pino')
    const pinoLogger = logger as pino.Logger
    pinoLogger.level = 'silent'
    registry.breaker('a').trip()
    expect(lines()).toEqual([])
    pinoLogger.level = 'info'
    registry.breaker('a').reset()
    expect(lines()).toHaveLength(1)
  })

  it('of winston may have the levels of syslog', () => {
    const { stream, records } = newLines()
    const { levels } = winston.config.syslog
    const logger = winston.createLogger({ levels, transports: [new winston.transports.Stream({ stream })] })
    const { registry } = newRegistry()
    logTransitions(registry, logger)
    registry.breaker('a').trip()
    expect(records()).toMatchObject([{ level: 'warning', to: 'open' }])
  })

  it('are children of others, or bunyan, which is called as pino', () => {
    const calls: unknown[][] = []
    const write = (...given: unknown[]) => calls.push(given)
    const bunyan = { child() {}, addStream() {}, info: write, warn: write, error: write }
    const { registry } = newRegistry()
    logTransitions(registry, bunyan)
    const { stream, records } = newLines()
    logTransitions(registry, pino(stream).child({ service: 'shop' }))
    registry.breaker('a').trip()
    expect(calls).toEqual([
      [expect.objectContaining({ endpoint: 'a' }), expect.stringContaining('circuit "a" is open')],
    ])
    expect(records()).toMatchObject([{ service: 'shop', endpoint: 'a', msg: expect.stringContaining('circuit "a"') }])
  })

  it('that are not known get a message first, or what they are said to take', () => {
    const calls: unknown[][] = []
    const write = (...given: unknown[]) => calls.push(given)
    const own = { info: write, warn: write, error: write }
    const { registry } = newRegistry()
    for (const convention of [undefined, 'message', 'pino', 'winston', 'console'] as const) {
      logTransitions(registry, own, { convention })
    }
    registry.breaker('a').trip()
    const message = 'circuit "a" is open, was closed: tripped: by hand'
    const fields = expect.objectContaining({ endpoint: 'a' })
    expect(calls).toEqual([
      [message, fields],
      [message, fields],
      [fields, message],
      [expect.objectContaining({ message, endpoint: 'a' })],
      [message],
    ])
  })

  it('that throw, reject, hang or call the breaker do no harm to the caller or the breaker', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const errors: unknown[] = []
    registry.on('error', ({ source, error }) => errors.push([source, String(error)]))
    const logger = (write: () => unknown) => ({ info: write, warn: write, error: write })
    logTransitions(
      registry,
      logger(() => {
        throw new Error('full')
      }),
      { levels: { error: null } },
    )
    logTransitions(
      registry,
      logger(() => Promise.reject(new Error('closed'))),
    )
    logTransitions(
      registry,
      logger(() => new Promise(() => {})),
    )
    const before = errors.length
    await expect(registry.call('a', () => Promise.reject(DOWN))).rejects.toBe(DOWN)
    await jobsDone()
    expect(registry.state('a')).toBe('open')
    expect(errors.slice(before)).toEqual([
      ['listener', 'Error: full'],
      ['listener', 'Error: closed'],
    ])
  })

  it('that log errors and throw at that are told of by a warning, not for ever', async () => {
    const { registry } = newRegistry()
    let calls = 0
    const write = () => {
      calls++
      throw new Error('full')
    }
    logTransitions(registry, { info: write, warn: write, error: write }, { levels: { error: 'error' } })
    const warnings: Error[] = []
    const listener = (warning: Error) => warnings.push(warning)
    process.on('warning', listener)
    registry.breaker('a').trip()
    await jobsDone()
    process.off('warning', listener)
    expect(calls).toBe(2)
    expect(warnings).toHaveLength(1)
  })
})

describe('names and messages that are hostile', () => {
  const HOSTILE = 'a" is closed\n2026-11-21 INFO all is well\r\u001b[2J\u202e\u2028'

  it.each(['console', 'winston', 'pino'] as const)('forge no line of %s', (kind) => {
    const { registry, lines } = newLog(kind)
    registry.breaker(HOSTILE).trip(HOSTILE)
    registry.breaker('x'.repeat(10_000)).trip('y'.repeat(10_000))
    expect(lines()).toHaveLength(2)
  })

  it('are quoted, escaped and cut in words, and whole in fields', () => {
    const { registry, records } = newLog('winston')
    registry.breaker(HOSTILE).trip()
    const [record] = records()
    expect(record?.['message']).toBe(
      'circuit "a\\" is closed\\n2026-11-21 INFO all is well\\r\\u001b[2J\\u202e\\u2028" is open, was closed: tripped: by hand',
    )
    expect(record?.['endpoint']).toBe(HOSTILE)
  })

  it.each(['console', 'winston', 'pino'] as const)(
    'with placeholders are printed by %s as they are, and lose no field',
    (kind) => {
      const { registry, lines } = newLog(kind)
      registry.breaker('a%s%d%j%o').trip('100%done %%')
      const [line = ''] = lines()
      expect(line).toContain('a%s%d%j%o')
      expect(line).toContain('tripped: 100%done %%')
      if (kind !== 'console') expect(JSON.parse(line)).toMatchObject({ endpoint: 'a%s%d%j%o', to: 'open' })
    },
  )

  it('and errors that cannot be printed do no harm', async () => {
    const { registry, records } = newLog('winston', { levels: { error: 'error' } })
    const unprintable = {
      toString() {
        throw new Error('no')
      },
    }
    registry.on('created', () => {
      throw unprintable
    })
    registry.breaker('a')
    expect(records()[0]?.['message']).toContain('listener: something that cannot be printed')
  })
})

describe('wrong arguments', () => {
  const { registry } = newRegistry()
  const logger = new Console(new PassThrough())
  it.each([
    [{ registry: {}, logger }, 'logTransitions(registry, logger): expected a registry'],
    [{ registry, logger: undefined }, 'logTransitions(registry, logger): expected a logger'],
    [{ registry, logger: 'console' }, 'expected a logger'],
    [{ registry, logger: {} }, 'logTransitions(registry, logger): expected a logger with a method info, for closed'],
    [{ registry, logger: { info() {}, warn() {} } }, 'expected a logger with a method error, for escalated'],
    [{ registry, logger, options: null }, 'options: expected an object'],
    [{ registry, logger, options: { level: {} } }, '(did you mean levels?)'],
    [
      { registry, logger, options: { convention: 'bunyan' } },
      "options.convention: expected 'pino', 'winston', 'console' or 'message'",
    ],
    [{ registry, logger, options: { convention: 'toString' } }, 'options.convention'],
    [{ registry, logger, options: { levels: { opened: 'warn' } } }, 'options.levels.opened: expected one of'],
    [
      { registry, logger, options: { levels: { open: 'shout' } } },
      'options.levels.open: expected a logger with a method shout',
    ],
    [{ registry, logger, options: { levels: { open: 3 } } }, 'options.levels.open: expected the name of a method'],
  ])('%# are refused', (given: { registry: unknown; logger: unknown; options?: unknown }, message) => {
    expect(() => logTransitions(given.registry as never, given.logger as never, given.options as never)).toThrow(
      message,
    )
  })
})
