// Tables: the options of a policy as docs/policy.md has them, from the schema that checks them and from their texts.
import { OPTION_KINDS, type OptionTable } from '../../src/core/options/option-kinds.ts'
import { OPTION_TEXTS } from '../../src/core/options/texts/index.ts'
import { defaultOf, type Text } from './words.ts'

const TEXTS: Readonly<Record<string, Text>> = OPTION_TEXTS

export function optionTable(): string {
  const rows = Object.entries(TEXTS).map(([name, text]) => {
    const option = OPTION_KINDS[name] ?? { kind: 'flag' }
    const members = text.members === null ? '' : `\`{ ${Object.keys(text.members).join(', ')} }\`: `
    const more = text.see === undefined ? '' : ` More [below](#${text.see}).`
    return `| \`${name}\` | ${defaultOf(name, option, text)} | ${members}${text.about}${more} | ${text.when} |`
  })
  return ['| option | default | what it is | when to change it |', '|---|---|---|---|', ...rows, ''].join('\n')
}

/** The members of options that are objects. Those that several have are told once. */
export function memberTable(): string {
  const rows = new Map<string, string[]>()
  for (const [name, text] of Object.entries(TEXTS)) collect([name], text, OPTION_KINDS[name], rows)
  const lines = [...rows].map(([told, names]) => `| ${names.join(', ')} | ${told} |`)
  return ['| member | default | what it is |', '|---|---|---|', ...lines, ''].join('\n')
}

function collect(
  path: readonly string[],
  { members }: Text,
  option: OptionTable[string] | undefined,
  rows: Map<string, string[]>,
) {
  const kind = option?.kind
  const inner = typeof kind === 'object' && 'members' in kind ? kind.members : {}
  for (const [member, text] of Object.entries(members ?? {})) {
    const own = inner[member] ?? { kind: 'flag' }
    const told = `${defaultOf(member, own, text) ?? 'needed'} | ${text.about}`
    rows.set(told, [...(rows.get(told) ?? []), `\`${[...path, member].join('.')}\``])
    collect([...path, member], text, own, rows)
  }
}
