// The files of the page, as they ship: built from these sources, small, and asking nobody else for anything.
import { beforeAll, describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { breakerMachine } from '../../../../machines/index.ts'
import { buildPage, compressedSize, moduleOf, type PageFile } from '../../../../scripts/build-page.ts'
import { pictureOf } from '../../../../scripts/statechart-picture.ts'
import { pageFiles } from '../../../../src/observe/dashboard/page-files.ts'

const LARGEST_KB = 70

let built: Record<string, PageFile>
beforeAll(async () => {
  built = await buildPage()
})

describe('the files of the page', () => {
  it('that ship are built from the sources as they are: if not, `npm run build:page`', () => {
    // Not the texts: nobody could read how they differ.
    expect(Object.keys(pageFiles)).toEqual(Object.keys(built))
    expect(moduleOf(pageFiles) === moduleOf(built)).toBe(true)
  })

  it(`are at most ${LARGEST_KB} KB, compressed`, () => {
    const size = compressedSize(built)
    console.log(`the page: ${size} bytes compressed`)
    expect(size).toBeLessThan(LARGEST_KB * 1024)
    expect(size).toBeGreaterThan(10 * 1024)
  })

  it('name no other host, and bring no code or style in the HTML', () => {
    const { 'index.html': html, ...assets } = built
    expect(html?.body).not.toMatch(/<script(?![^>]*\bsrc="\.\/assets\/)|<style|\sstyle=|\son\w+=/)
    const hosts = Object.values(assets).flatMap(({ body }) => body.match(/\bhttps?:\/\/[\w.-]+/g) ?? [])
    // Namespaces of XML, which nobody loads, and the host of an example.
    expect(new Set(hosts)).toEqual(new Set(['http://www.w3.org', 'https://payments.example']))
  })
})

describe('the picture of the statechart', () => {
  it('has every state of the machine, and every way between two of them', () => {
    const { nodes, edges } = pictureOf(breakerMachine)
    expect(nodes.filter(({ kind }) => kind === 'state').map(({ id }) => id)).toEqual([
      ...['closed', 'open', 'halfOpen', 'ramping', 'forcedOpen', 'disabled'],
    ])
    expect(edges.map(({ from, to }) => `${from}>${to}`).sort()).toEqual([
      ...['closed>open', 'disabled>closed', 'forcedOpen>closed', 'halfOpen>closed', 'halfOpen>open'],
      'halfOpen>ramping',
      ...[
        'null>closed',
        'null>disabled',
        'null>forcedOpen',
        'null>open',
        'open>halfOpen',
        'open>open',
        'ramping>closed',
        'ramping>open',
        'starting>closed',
      ],
    ])
  })

  it('gets a state that is added to the machine, with its ways and their words, and nothing lies on anything', () => {
    const { root } = breakerMachine
    const withOneMore = createMachine({
      ...breakerMachine.config,
      states: { ...breakerMachine.config.states, degraded: { description: 'New.', on: { admit: 'closed' } } },
    } as unknown as Parameters<typeof createMachine>[0])
    const { nodes, edges } = pictureOf(withOneMore)
    expect(nodes).toContainEqual(expect.objectContaining({ id: 'degraded', description: 'New.' }))
    const edge = edges.find(({ from, to }) => from === 'degraded' && to === 'closed')
    expect(edge?.label.lines).toEqual(['admit'])
    expect(edge?.path).toMatch(/^M[\d.-]+ [\d.-]+[LC]/)
    expect(nodes.filter(({ kind }) => kind === 'state')).toHaveLength(Object.keys(root.states).length)
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        const isApart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2
        expect(isApart, `${a.id} and ${b.id}`).toBe(true)
      }
    }
  })
})
