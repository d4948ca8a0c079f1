#!/usr/bin/env node
// switchgear, from the command line. From here the root of the package is as far away in src/cli as in dist/cli.
import { main } from './main.ts'

await main(process.argv.slice(2), new URL('../../', import.meta.url))
