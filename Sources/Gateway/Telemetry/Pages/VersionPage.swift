import API
import Primitives
import Reactor
import Redis
import Settings

/// `/version`: the versions of the program and of what it uses.
enum VersionPage {
  static func page(_ state: GatewayState) -> Page {
    let fields = [
      ("name", "session-gateway"), ("version", state.version),
      ("commit", BuildFacts.commit), ("swift", BuildFacts.swift),
      ("openssl", OpenSSLLibrary.version), ("hiredis", HiredisLibrary.version),
      ("libyaml", YAMLLibrary.version),
    ]
    let version = JSONValue.object(fields.map { ($0, .string($1)) })
    return Page(type: "application/json", text: version.text + "\n")
  }
}
