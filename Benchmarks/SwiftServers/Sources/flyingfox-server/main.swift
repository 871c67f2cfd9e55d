// FlyingFox, answering every GET with 200 and nothing else: flyingfox-server PORT.

import FlyingFox
import FlyingSocks

let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 8080
let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled)
await server.appendRoute("GET *") { _ in HTTPResponse(statusCode: .ok) }
try await server.run()
