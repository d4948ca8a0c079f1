import { measureClosing, measureStorm } from './scale.ts'

console.log('storm', await measureStorm())
console.log('closing', await measureClosing())
