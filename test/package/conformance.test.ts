import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '))

describe('the README on other breakers', () => {
  const readme = read('README.md')
  const shown = rowsOf(readme.slice(readme.indexOf('<!-- conformance -->'), readme.indexOf('<!-- /conformance -->')))

  it('shows rows of the table that npm run conformance wrote, word for word', () => {
    const written = new Set(rowsOf(read('CONFORMANCE.md')))
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.filter((row) => !written.has(row))).toEqual([])
  })

  it('leaves out no row in which a library fails, its own package not excepted', () => {
    const table = rowsOf(read('CONFORMANCE.md')).filter((row) => row.includes('**fails**'))
    expect(table.filter((row) => !shown.includes(row))).toEqual([])
  })
})
