import { measureStorm, measureClosing } from './scale.ts'
console.log('storm', await measureStorm())
console.log('closing', await measureClosing())
