import Primitives
import Redis
import Testing

@Suite("The first words to a node")
struct NodeHandshakeTests {
  private func written(_ handshake: NodeHandshake, _ credentials: NodeCredentials?) -> String {
    var output = ByteBuffer()
    handshake.write(credentials, to: &output)
    return text(output.bytes)
  }
  private let name = "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$15\r\nsession-gateway\r\n"

  private func verdicts(_ handshake: NodeHandshake, _ lines: String...) -> [NodeHandshake.Verdict] {
    var handshake = handshake
    return lines.map { handshake.judge(reply($0 + "\r\n")) }
  }

  @Test("without a password")
  func plain() {
    let handshake = NodeHandshake(authenticates: false)
    #expect(handshake.replies == 1)
    #expect(written(handshake, nil) == name)
    #expect(verdicts(handshake, "+OK") == [.ready])
  }

  @Test("with a password, a user, and from a replica")
  func full() {
    let handshake = NodeHandshake(authenticates: true, readsFromReplica: true)
    #expect(handshake.replies == 3)
    let password = NodeCredentials(password: "s3cret")
    let readonly = "*1\r\n$8\r\nREADONLY\r\n"
    #expect(
      written(handshake, password) == "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n" + name + readonly)
    let user = NodeCredentials(user: "gate", password: "")
    #expect(
      written(handshake, user) == "*3\r\n$4\r\nAUTH\r\n$4\r\ngate\r\n$0\r\n\r\n" + name + readonly)
    #expect(verdicts(handshake, "+OK", "+OK", "+OK") == [.continue, .continue, .ready])
  }

  @Test("a wrong password refuses, and stays the verdict")
  func wrongPassword() {
    let handshake = NodeHandshake(authenticates: true)
    let refused = NodeHandshake.Verdict.refused(.wrongPassword)
    #expect(verdicts(handshake, "-WRONGPASS no", "+OK") == [refused, refused])
  }

  @Test("a name that an access list forbids is not missed")
  func nameForbidden() {
    let handshake = NodeHandshake(authenticates: true, readsFromReplica: true)
    #expect(
      verdicts(handshake, "+OK", "-NOPERM no client", "+OK") == [.continue, .continue, .ready])
    #expect(verdicts(NodeHandshake(authenticates: false), "-ERR what") == [.ready])
  }

  @Test("a missing password is found by the name's answer")
  func missingPassword() {
    let handshake = NodeHandshake(authenticates: false)
    #expect(verdicts(handshake, "-NOAUTH Authentication required.") == [.refused(.noAuth)])
  }

  @Test("what a replica's READONLY and a loading node answer")
  func others() {
    let replica = NodeHandshake(authenticates: false, readsFromReplica: true)
    #expect(
      verdicts(replica, "+OK", "-ERR This instance has cluster support disabled")
        == [.continue, .refused(.clusterDisabled)])
    let loading = NodeHandshake(authenticates: true)
    #expect(verdicts(loading, "-LOADING soon") == [.refused(.loading)])
  }

  @Test("an answer of another kind", arguments: [":1", "$-1", "*0", "$2\r\nOK"])
  func unexpected(_ line: String) {
    #expect(verdicts(NodeHandshake(authenticates: true), line) == [.unexpected])
  }

  @Test("credentials say nothing of themselves")
  func secret() {
    let credentials = NodeCredentials(user: "gate", password: "s3cret")
    var dumped = ""
    dump(credentials, to: &dumped)
    let texts = "\(credentials) \(String(reflecting: credentials)) \(dumped)"
    #expect(!texts.contains("s3cret"))
    #expect(!texts.contains("gate"))
  }
}
