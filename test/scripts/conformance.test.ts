// Slow: it is about the kit's run on other libraries, which few changes concern.
import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { startSwitchgear, switchgear } from '../../scripts/conformance/drivers/switchgear.ts'
import { type Cell, type Finding, Findings } from '../../scripts/conformance/findings.ts'
import { judgePaths } from '../../scripts/conformance/judge.ts'
import { searchKnown } from '../../scripts/conformance/known-defects.ts'
import { LIBRARIES } from '../../scripts/conformance/libraries.ts'
import type { Breaker, Library, Settings } from '../../scripts/conformance/library.ts'
import { judgeManners } from '../../scripts/conformance/manners.ts'
import { judgeMistakes } from '../../scripts/conformance/probes.ts'
import { REQUIREMENTS } from '../../scripts/conformance/requirements.ts'
import { gridOf, markdownTable, markOf, plainTable, storiesOf, storyOf } from '../../scripts/conformance/table.ts'
import { judgeWindow } from '../../scripts/conformance/time-window.ts'
import type { Clock } from '../../src/index.ts'

const EFFORT = { depth: 7, maxInFlight: 2 }
const POLICY = { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 }
const JUDGED = [
  'closed',
  'opens',
  'deadline',
  'stall',
  'limit',
  'refusal',
  'probes',
  'late',
  'stuck',
  'outcome',
] as const

const toy: Library = {
  name: 'toy',
  packageName: undefined,
  needsNewerNode: false,
  configuredAs: 'as it is',
  policies: [POLICY],
  mistakes: [],
  start: startToy,
}

/** Counts whatever comes, whenever it was admitted; lets everyone in while half-open; takes what it throws for nobody's. */
function startToy({ openTimeoutMs }: Settings, clock: Clock): Breaker {
  let state = 'closed'
  const open = () => {
    state = 'open'
    clock.setTimeout(() => {
      state = 'halfOpen'
    }, openTimeoutMs)
  }
  return {
    async run(fn) {
      if (state === 'open') throw new Error('open')
      try {
        const value = await fn()
        state = 'closed'
        return value
      } catch (error) {
        open()
        throw error
      }
    },
    state: () => state,
  }
}

/** Half-open, it lets nobody in while anything runs; it heeds the results of its generation only. */
function startStrict({ openTimeoutMs }: Settings, clock: Clock): Breaker {
  let state = 'closed'
  let generation = 0
  let running = 0
  const move = (to: string) => {
    state = to
    generation++
    if (to === 'open') clock.setTimeout(() => move('halfOpen'), openTimeoutMs)
  }
  return {
    async run(fn) {
      if (state === 'open' || (state === 'halfOpen' && running > 0)) throw new Error('not admitted')
      const admitted = generation
      running++
      try {
        const value = await fn()
        if (admitted === generation && state === 'halfOpen') move('closed')
        return value
      } catch (error) {
        if (admitted === generation) move('open')
        throw error
      } finally {
        running--
      }
    },
    state: () => state,
  }
}

/** Opens when half of at least two calls of its window have failed; it stays open. */
function startCounting(clock: Clock, dated: 'start' | 'end', timeMs: number): Breaker {
  const calls: { readonly at: number; readonly failed: boolean }[] = []
  let state = 'closed'
  const note = (startedAt: number, failed: boolean) => {
    calls.push({ at: dated === 'start' ? startedAt : clock.now(), failed })
    const held = calls.filter(({ at }) => clock.now() - at < timeMs)
    if (held.length >= 2 && held.filter((call) => call.failed).length * 2 >= held.length) state = 'open'
  }
  return {
    async run(fn) {
      if (state === 'open') throw new Error('open')
      const startedAt = clock.now()
      try {
        const value = await fn()
        note(startedAt, false)
        return value
      } catch (error) {
        note(startedAt, true)
        throw error
      }
    },
    state: () => state,
  }
}

const SETTINGS: Settings = {
  failureThreshold: 1,
  openTimeoutMs: 30_000,
  halfOpenMaxCalls: 1,
  successThreshold: 1,
  callTimeout: false,
}

const finding = (more: Partial<Finding> = {}): Finding => ({
  requirement: 'late',
  kind: 'late success: half-open becomes closed',
  story: ['call 1 is admitted', 'call 1 succeeds, late: it changes nothing'],
  difference: 'call 1 succeeds, late, and it becomes closed',
  byPath: true,
  ...more,
})

function reportOf(findings: Findings, library: Library) {
  return { library: library.name, version: '1.0.0', node: '20', configuredAs: '', cells: findings.cells(library) }
}

describe('the conformance kit', () => {
  it('finds nothing in switchgear, and puts every requirement to the test', async () => {
    const library = { ...switchgear, policies: [POLICY], start: startSwitchgear }
    const cells = (await judgePaths(library, EFFORT)).cells(library)
    for (const id of JUDGED) expect({ id, ...cells[id] }).toMatchObject({ id, verdict: 'ok', findings: [] })
  })

  it('finds the defects of a bad breaker, each with a story as short as can be', async () => {
    const cells = (await judgePaths(toy, EFFORT)).cells(toy)
    expect(cells.late.verdict).toBe('fails')
    const stories = cells.late.findings.map(storyOf)
    expect(stories).toContain(
      'call 1 is admitted → call 2 is admitted → call 2 fails: it opens → 30 s pass: it is half-open → **call 1 succeeds, late, and it becomes closed**.',
    )
    expect(cells.limit.findings.map(storyOf)).toEqual([
      'call 1 is admitted → call 1 fails: it opens → 30 s pass: it is half-open → call 2 is admitted as a probe → **a call is admitted, and must be rejected**.',
    ])
    expect(cells.stall.verdict).toBe('fails')
    expect(cells.opens.verdict).toBe('ok')
    expect(cells.deadline.verdict).toBe('ok')
    // Whoever lets everyone in can't get stuck.
    expect(cells.stuck.verdict).toBe('ok')
  })

  it('charges to a late result what would not happen without it', async () => {
    // Shows no state: only what it admits tells that a late success closed it.
    const library = {
      ...toy,
      start: (settings: Settings, clock: Clock) => ({ ...startToy(settings, clock), state: () => undefined }),
    }
    const { late } = (await judgePaths(library, EFFORT)).cells(library)
    expect(late.findings.map(({ kind }) => kind)).toContain('late success tells later')
  })

  it('says "by design" only when every finding is, and "-" where there is nothing to judge', () => {
    const findings = new Findings()
    findings.add(finding())
    expect(findings.cells({ ...toy, byDesign: { 'late success': 'its manual' } }).late).toMatchObject({
      verdict: 'by design',
      note: 'its manual',
    })
    findings.add(finding({ kind: 'late failure: half-open becomes open' }))
    expect(findings.cells({ ...toy, byDesign: { 'late success': 'its manual' } }).late.verdict).toBe('fails')
    expect(findings.cells({ ...toy, notOffered: { late: 'no results' } }).late.verdict).toBe('not offered')
    expect(findings.cells(toy).stall.verdict).toBe('not judged')
  })

  it('says of one finding among others that it is by design, and lets the others decide the verdict', () => {
    const findings = new Findings()
    findings.add(finding({ kind: 'late success: open becomes closed' }))
    findings.add(finding({ story: ['call 1 is admitted', 'call 2 is admitted', 'call 1 succeeds, late'] }))
    const library = { ...toy, byDesign: { 'late success: half-open': 'a comment' } }
    const { late } = findings.cells(library)
    expect(late.findings.map(({ designed }) => designed)).toEqual([undefined, 'a comment'])
    expect(late).toMatchObject({ verdict: 'fails' })
    const stories = storiesOf(reportOf(findings, library)).filter((line) => line.includes('By design'))
    expect(stories).toEqual([expect.stringMatching(/^ {2}- call 1 .* By design: a comment\.$/)])
  })

  it('keeps the shortest story of a defect', () => {
    const findings = new Findings()
    const long = finding({ story: ['a', 'b', 'c'] })
    for (const one of [long, finding({ story: ['a'] }), long]) findings.add(one)
    expect(findings.cells(toy).late.findings.map(({ story }) => story)).toEqual([['a']])
  })

  it('misses a known defect aloud', () => {
    const findings = new Findings()
    findings.add(finding())
    const known = { library: 'toy', requirement: 'late', says: '' } as const
    const defects = [
      { ...known, shows: /^late success/ },
      { ...known, shows: /^late failure/ },
    ]
    const found = searchKnown([reportOf(findings, toy)], defects).map((search) => search.found !== undefined)
    expect(found).toEqual([true, false])
  })

  it('charges nothing to a library that runs fewer calls in half-open than it may, because an earlier one still runs', async () => {
    const library = { ...toy, start: startStrict, countsAllRunning: true }
    const { limit, deadline } = (await judgePaths(library, EFFORT)).cells(library)
    expect([limit.verdict, deadline.verdict]).toEqual(['ok', 'ok'])
    const unsaid = { ...toy, start: startStrict }
    expect((await judgePaths(unsaid, EFFORT)).cells(unsaid).deadline.verdict).toBe('fails')
  })

  it('finds a window that forgets nothing, and charges nothing to one that dates calls by their beginning', async () => {
    const windowOf = async (dated: 'start' | 'end', timeMs: number) => {
      const library = { ...toy, start: (_: Settings, clock: Clock) => startCounting(clock, dated, timeMs) }
      const findings = new Findings()
      await judgeWindow(library, findings)
      return findings.cells(library).window
    }
    expect(await windowOf('end', 10_000)).toMatchObject({ verdict: 'ok', findings: [] })
    expect(await windowOf('start', 10_000)).toMatchObject({ verdict: 'ok', findings: [] })
    const { verdict, findings } = await windowOf('end', Number.POSITIVE_INFINITY)
    expect(verdict).toBe('fails')
    expect(findings.map(storyOf)).toContain(
      'call 1 is admitted → call 1 succeeds → call 2 is admitted → twice the window passes → **call 2 fails, and it becomes open**.',
    )
  })

  it('puts a listener that throws to the test only where it was called', async () => {
    const events: ('outcomes' | 'transitions')[] = []
    const deaf = { ...toy, start: startToy }
    const hearing = {
      ...toy,
      start(settings: Settings, clock: Clock): Breaker {
        const { run, state } = startToy(settings, clock)
        const { listener } = settings
        if (listener !== undefined) events.push(listener.to)
        const tell = (to: string) => {
          // The toy keeps what a listener throws from everyone.
          if (listener?.to === to) void new Promise(() => listener.fn()).catch(() => {})
        }
        return {
          state,
          async run(fn) {
            const before = state()
            try {
              return await run(fn)
            } finally {
              tell('outcomes')
              if (state() !== before) tell('transitions')
            }
          },
        }
      },
    }
    const cellsOf = async (library: Library) => {
      const findings = new Findings()
      await judgeManners(library, POLICY, findings)
      return findings.cells(library)
    }
    expect((await cellsOf(deaf)).listener).toMatchObject({ verdict: 'not judged', kept: 0 })
    const { listener } = await cellsOf(hearing)
    expect(listener.verdict).toBe('ok')
    expect(listener.kept).toBeGreaterThan(0)
    expect(new Set(events)).toEqual(new Set(['outcomes', 'transitions']))
  })

  it('puts to switchgear itself listeners of both kinds that are called, and finds nothing', async () => {
    const quiet = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const findings = new Findings()
    await judgeManners({ ...switchgear, start: startSwitchgear }, POLICY, findings)
    const { listener } = findings.cells(switchgear)
    expect(listener).toMatchObject({ verdict: 'ok', findings: [] })
    expect(listener.kept).toBeGreaterThan(20)
    quiet.mockRestore()
  })

  it('takes an infinite option for nonsense only where it is not what it says', async () => {
    const breaker = (openTimeoutMs: number) => (clock: Clock) => startToy({ ...SETTINGS, openTimeoutMs }, clock)
    const library: Library = {
      ...toy,
      mistakes: [
        { says: 'openTimeout Infinity', lasts: 'open', make: breaker(Number.MAX_SAFE_INTEGER) },
        { says: 'resetTimeout Infinity', lasts: 'open', make: breaker(1) },
        { says: 'threshold NaN', make: breaker(1) },
        {
          says: 'threshold -1',
          make() {
            throw new Error('refused')
          },
        },
      ],
    }
    const findings = new Findings()
    await judgeMistakes(library, findings)
    const { nonsense } = findings.cells(library)
    expect(nonsense.findings.map(({ kind }) => kind)).toEqual([
      'resetTimeout Infinity (open for less than a second)',
      'threshold NaN',
    ])
    expect(nonsense.kept).toBe(2)
  })

  it('takes no probe by hand for a path', () => {
    const findings = new Findings()
    findings.add(finding({ byPath: false }))
    const defects = [{ library: 'toy', requirement: 'late', says: '', shows: /late/ } as const]
    expect(searchKnown([reportOf(findings, toy)], defects)[0]?.found).toBeUndefined()
  })
})

describe('its table', () => {
  const cell = (verdict: Cell['verdict'], findings: Finding[] = []): Cell => ({ verdict, kept: 1, findings })

  it('marks a verdict that a remark goes with, and tells the remark', () => {
    const library = { ...toy, remarks: { late: 'it has its reasons' } }
    const report = reportOf(new Findings(), library)
    expect(markOf({ ...cell('ok'), remark: 'it has its reasons' })).toBe('ok ³')
    expect(storiesOf(report)).toEqual([
      '### toy',
      '',
      'Nothing found.',
      '',
      '- A late result changes nothing: it has its reasons.',
      '',
    ])
  })

  it('marks what the own time limit of a library prevents', () => {
    expect(markOf(cell('fails', [finding({ curedByTimeout: true })]))).toBe('**fails** ¹')
    expect(markOf(cell('fails', [finding({ curedByTimeout: true }), finding()]))).toBe('**fails**')
    expect(markOf(cell('not offered'))).toBe('-')
  })

  it('has a row for each requirement and a column for each library', () => {
    const grid = gridOf([reportOf(new Findings(), toy)])
    expect(grid).toHaveLength(REQUIREMENTS.length + 1)
    expect(grid[0]).toEqual(['', 'toy'])
    expect(markdownTable(grid).split('\n')).toHaveLength(REQUIREMENTS.length + 2)
    expect(
      plainTable([
        ['', 'toy'],
        ['`a`', '**fails**'],
      ]),
    ).toBe('   toy\na  fails')
  })

  it('is written for the libraries and requirements that there are', () => {
    const page = readFileSync(new URL('../../CONFORMANCE.md', import.meta.url), 'utf8')
    expect(page).toContain(`| ${['', ...LIBRARIES.map(({ name }) => name)].join(' | ')} |`)
    for (const { title } of REQUIREMENTS) expect(page).toContain(`| ${title}`)
    expect(page).not.toContain('NOT FOUND')
  })

  it('pins each library to one version', () => {
    const file = new URL('../../scripts/conformance/peers/package.json', import.meta.url)
    const { dependencies } = JSON.parse(readFileSync(file, 'utf8'))
    for (const { packageName } of LIBRARIES) {
      if (packageName !== undefined) expect(dependencies[packageName]).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })
})
