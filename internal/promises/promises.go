// Package promises holds one test per promise that the organisation makes on its
// public page, named after the promise, and the tests of attacks and properties that
// the promises rest on. It holds nothing but tests.
package promises
