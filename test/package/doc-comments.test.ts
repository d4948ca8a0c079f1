// What an editor shows of the package's entries: everything that they export, and every member of it, has a doc comment.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import { declaredBy, type Node, nameOf, nodeAt, nodesAt } from '../../scripts/declarations.ts'
import { ENTRIES } from '../../scripts/entries.ts'
import { inRepository } from './sandbox.ts'

interface Module {
  readonly text: string
  readonly body: readonly Node[]
}

function parsed(text: string): Module {
  return { text, body: parseSync('module.ts', text).program.body as unknown as Node[] }
}

/** The module that declares it and the name of everything that a module exports. */
function exportsOf(file: string): { readonly file: string; readonly name: string }[] {
  const { body } = parsed(readFileSync(inRepository(file), 'utf8'))
  return body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration') return []
    const source = nodeAt(node, 'source')
    if (source === null) return exportedBy(node).map((name) => ({ file, name }))
    const names = nodesAt(node, 'specifiers').map((specifier) => nameOf(nodeAt(specifier, 'local')))
    return exportsOf(join(dirname(file), String(source['value']))).filter(({ name }) => names.includes(name))
  })
}

function exportedBy(statement: Node): string[] {
  const declaration = nodeAt(statement, 'declaration')
  return declaration === null ? [] : declaredBy(declaration)
}

const isCommented = (text: string, start: number) => text.slice(0, start).trimEnd().endsWith('*/')

/** What of this name in the module has no comment: itself, and the members of a class or an interface. */
function bareIn({ text, body }: Module, name: string): string[] {
  const declarations = body.filter((node) => exportedBy(node).includes(name))
  const isBare = !declarations.some(({ start }) => isCommented(text, start))
  const members = declarations.flatMap((node) => {
    const declaration = nodeAt(node, 'declaration')
    const members = /Class|Interface/.test(declaration?.type ?? '') && declaration && nodeAt(declaration, 'body')
    return members ? bareMembers(text, nodesAt(members, 'body'), name) : []
  })
  return isBare ? [name, ...members] : members
}

function bareMembers(text: string, members: readonly Node[], path: string): string[] {
  // Of overloads the first has it for all.
  const commented = new Set<string>()
  return members.flatMap((member) => {
    const key = nodeAt(member, 'key')
    const name = `${path}.${nameOf(key)}`
    if (key === null || key.type === 'PrivateIdentifier' || member['kind'] === 'constructor') return []
    if (isCommented(text, member.start)) commented.add(name)
    // `calls?: undefined` forbids a key and `code = 'INVALID_POLICY'` says itself.
    const isPlain = /^[^\n]*(\?: undefined|= '\w+')\n/.test(text.slice(member.start))
    const inner = bareMembers(text, literalIn(nodeAt(member, 'typeAnnotation')), name)
    return commented.has(name) || isPlain ? inner : [name, ...inner]
  })
}

/** The members of an object type that stands where a type is named. */
function literalIn(annotation: Node | null): readonly Node[] {
  const type = annotation && nodeAt(annotation, 'typeAnnotation')
  return type?.type === 'TSTypeLiteral' ? nodesAt(type, 'members') : []
}

describe('the doc comments', () => {
  it.each(ENTRIES)('of $specifier leave nothing out', ({ source }) => {
    const found = exportsOf(source)
    expect(found.length).toBeGreaterThan(1)
    const bare = found.flatMap(({ file, name }) =>
      bareIn(parsed(readFileSync(inRepository(file), 'utf8')), name).map((what) => `${file}: ${what}`),
    )
    expect(bare).toEqual([])
  })

  it('that are missing are found, in types inside types too', () => {
    const text = `
      /** A. */
      export interface A {
        /** Here. */
        readonly here: number
        bare: { inner: 1; /** Said. */ said: 2 }
        never?: undefined
      }
      export class B {
        #hidden = 1
        constructor(x: number) {}
        /** Said. */
        over(a: 1): void
        over(a: 2): void
        get bare() { return { inner: 1 } }
      }
    `
    expect(bareIn(parsed(text), 'A')).toEqual(['A.bare', 'A.bare.inner'])
    expect(bareIn(parsed(text), 'B')).toEqual(['B', 'B.bare'])
  })
})
