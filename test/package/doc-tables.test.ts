// Tables in the docs say what the code says: those that are made from it, and the one of events, which is written by hand.
import { expect, it } from 'vitest'
import { commandTable } from '../../scripts/command-table.ts'
import { betweenMarkers, DOC_TABLES } from '../../scripts/doc-tables.ts'
import { COMMANDS } from '../../src/core/rules/commands.ts'
import { EVENT_NAMES } from '../../src/core/runtime/events.ts'
import { pageOf } from './readme.ts'

it.each(DOC_TABLES)('the table of $name in $page is as `npm run tables` writes it (R18)', ({ page, name, make }) => {
  expect(betweenMarkers(name).exec(pageOf(page).text)?.[0]).toBe(make())
})

/** The events in the source: their names and fields. */
function eventsInSource(): Map<string, readonly string[]> {
  const { text } = pageOf('src/core/runtime/events.ts')
  const bodyOf = (name: string) => new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(text)?.[1] ?? ''
  const fieldsOf = (body: string) => Array.from(body.matchAll(/^ +readonly (\w+)\??:/gm), ([, field = '']) => field)
  const outcome = fieldsOf(bodyOf('OutcomeEvent'))
  const events = bodyOf('RegistryEvents').matchAll(/^ {2}(\w+): (OutcomeEvent)?(?: & )?(?:\{\n(.*?)^ {2}\})?/gms)
  return new Map(
    Array.from(events, ([, name = '', base, own = '']) => [name, [...(base ? outcome : []), ...fieldsOf(own)]]),
  )
}

it('the table of events in docs/events.md has every event, with its fields', () => {
  const rows = Array.from(pageOf('docs/events.md').text.matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/gm))
  const told = new Map(rows.map(([, name = '', fields = '']) => [name, fields]))
  const events = eventsInSource()
  expect([...events.keys()].toSorted()).toEqual(Object.keys(EVENT_NAMES).toSorted())
  expect([...events.keys()].filter((name) => !told.has(name))).toEqual([])
  for (const [name, fields] of events) {
    expect(fields.length, name).toBeGreaterThan(0)
    expect(
      fields.filter((field) => !told.get(name)?.includes(`\`${field}\``)),
      name,
    ).toEqual([])
  }
})

it('the table has every command, and the state of each that it leads to from everywhere (R18)', () => {
  const lines = commandTable().split('\n')
  for (const [command, to] of [
    ['trip', 'open'],
    ['reset', 'closed'],
  ]) {
    expect(lines.filter((line) => line.startsWith(`| \`${command}\``))).toEqual([
      expect.stringContaining(`| every state | \`${to}\` | a new one |`),
    ])
  }
})

it('the statechart does something at each command, in some state (R18)', () => {
  const effects = commandTable()
    .split('\n')
    .filter((line) => !line.includes('changes nothing'))
  for (const command of COMMANDS) {
    expect(effects).toContainEqual(expect.stringMatching(new RegExp(`^\\| \`${command}\` `)))
  }
})
