// Hummingbird, answering every GET with 200 and nothing else: hummingbird-server PORT.

import Hummingbird
import Logging

var logger = Logger(label: "hummingbird-server")
logger.logLevel = .error
let router = Router()
router.get("**") { _, _ in HTTPResponse.Status.ok }
let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
let server = Application(
  router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
try await server.runService()
