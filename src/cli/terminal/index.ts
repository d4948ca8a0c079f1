// Terminal: what the demonstration and the command line share to write for people. Not an entry of the package.

export { inWords } from './lengths.ts'
export { isTerminal, type Paint, paintFor, paintState } from './paint.ts'
export { type Column, plainTable, tableOf } from './table.ts'
export { cut, safeText, widest, widthOf, wrap } from './width.ts'
