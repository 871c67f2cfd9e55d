/// Why the gateway could not start: a sentence that names the setting, if one is to blame.
struct StartFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
