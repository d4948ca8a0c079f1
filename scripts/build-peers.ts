// BuildPeers: packages that users install beside ours. What is imported at the head of a module is resolved before any of our
// code runs, and who has not got it would be told no more than that. So in Node a module of ours asks `#peers/prom-client` (in
// package.json, `imports`), a file that requires the package and says which command installs it; a bundler is given the
// package itself. What is loaded by import() says so where it is loaded (src/core/options/missing-peer.ts).
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RolldownOutput } from 'rolldown'
import { PEERS } from './build-resolution.ts'

interface Peer {
  readonly name: string
  /** The entry that needs it, as in `switchgear/prometheus`, and all packages that this takes. */
  readonly user: string
  readonly install: readonly string[]
  /** What is used of it. */
  readonly exports: readonly string[]
}

export function peersIn(output: RolldownOutput['output']): Peer[] {
  return output.flatMap((chunk) => {
    if (chunk.type === 'asset') return []
    const imports = chunk.imports.filter((specifier) => specifier.startsWith(PEERS))
    if (imports.length > 0 && !chunk.isEntry) throw new Error(`${chunk.fileName} of several entries imports ${imports}`)
    const install = imports.map((specifier) => specifier.slice(PEERS.length))
    return install.map((name) => ({
      name,
      user: `switchgear/${chunk.name}`,
      install,
      exports: namesFrom(name, chunk.code),
    }))
  })
}

export function writePeers(dist: string, peers: readonly Peer[]): void {
  for (const { name, user, install, exports } of peers) {
    // As in `@nestjs/common`.
    const helper = name.includes('/') ? '../missing-peer' : './missing-peer'
    const tell = `missingPeer(${JSON.stringify(user)}, ${JSON.stringify(install)}, cause)`
    write(
      join(dist, `peers/${name}.js`),
      "import { createRequire } from 'node:module'",
      `import { missingPeer } from '${helper}.js'`,
      'let peer',
      'try {',
      `  peer = createRequire(import.meta.url)('${name}')`,
      '} catch (cause) {',
      `  ${tell}`,
      '}',
      `export const { ${exports.join(', ')} } = peer`,
    )
    write(
      join(dist, `cjs/peers/${name}.cjs`),
      `const { missingPeer } = require('${helper}.cjs')`,
      'try {',
      `  module.exports = require('${name}')`,
      '} catch (cause) {',
      `  ${tell}`,
      '}',
    )
  }
}

function namesFrom(name: string, code: string): string[] {
  const [, names] = new RegExp(`import \\{([^}]*)\\} from "${PEERS}${name}"`).exec(code) ?? []
  if (names === undefined) throw new Error(`${name} is imported otherwise than by names`)
  return names.split(',').map((name) => name.trim().replace(/ as .*/, ''))
}

function write(file: string, ...lines: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${lines.join('\n')}\n`)
}
