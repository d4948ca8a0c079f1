// What require('switchgear/opossum') gives: the class itself, as require('opossum') does. It is compiled for CommonJS alone.
import own = require('./circuit-breaker.ts')
import CircuitBreaker = own.CircuitBreaker

export = CircuitBreaker
