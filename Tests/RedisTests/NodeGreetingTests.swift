import Primitives
import Redis
import Testing

@Suite("The first words to a node")
struct NodeGreetingTests {
  private func written(_ greeting: NodeGreeting, _ credentials: NodeCredentials?) -> String {
    var output = ByteBuffer()
    greeting.write(credentials, to: &output)
    return text(output.bytes)
  }
  private let name =
    "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$15\r\nsession-gateway\r\n"
    + "*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n"

  private func verdicts(_ greeting: NodeGreeting, _ lines: String...) -> [NodeGreeting.Verdict] {
    var greeting = greeting
    return lines.map { greeting.judge(reply($0 + "\r\n")) }
  }

  @Test("without a password")
  func plain() {
    let greeting = NodeGreeting(authenticates: false)
    #expect(greeting.replies == 2)
    #expect(written(greeting, nil) == name)
    #expect(verdicts(greeting, "+OK", "+OK") == [.continue, .ready])
  }

  @Test("with a password, a user, and from a replica")
  func full() {
    let greeting = NodeGreeting(authenticates: true, readsFromReplica: true)
    #expect(greeting.replies == 4)
    let password = NodeCredentials(password: "s3cret")
    let readonly = "*1\r\n$8\r\nREADONLY\r\n"
    #expect(
      written(greeting, password) == "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n" + name + readonly)
    let user = NodeCredentials(user: "gate", password: "")
    #expect(
      written(greeting, user) == "*3\r\n$4\r\nAUTH\r\n$4\r\ngate\r\n$0\r\n\r\n" + name + readonly)
    let some = NodeGreeting.Verdict.continue
    #expect(verdicts(greeting, "+OK", "+OK", "+OK", "+OK") == [some, some, some, .ready])
  }

  @Test("a wrong password refuses, and stays the verdict")
  func wrongPassword() {
    let greeting = NodeGreeting(authenticates: true)
    let refused = NodeGreeting.Verdict.refused(.wrongPassword)
    #expect(verdicts(greeting, "-WRONGPASS no", "+OK") == [refused, refused])
  }

  @Test("a name that an access list forbids is not missed")
  func nameForbidden() {
    let greeting = NodeGreeting(authenticates: true, readsFromReplica: true)
    #expect(
      verdicts(greeting, "+OK", "-NOPERM no client", "-NOPERM no client", "+OK")
        == [.continue, .continue, .continue, .ready])
    #expect(
      verdicts(NodeGreeting(authenticates: false), "-ERR what", "-ERR what")
        == [.continue, .ready])
  }

  @Test("a node that runs somebody's script is greeted later, or the one before would not be ended")
  func busy() {
    let greeting = NodeGreeting(authenticates: false)
    let error = "-BUSY Redis is busy running a script."
    #expect(verdicts(greeting, error) == [.refused(.busy)])
  }

  @Test("a missing password is found by the name's answer")
  func missingPassword() {
    let greeting = NodeGreeting(authenticates: false)
    #expect(verdicts(greeting, "-NOAUTH Authentication required.") == [.refused(.noAuth)])
  }

  @Test("what a replica's READONLY and a loading node answer")
  func others() {
    let replica = NodeGreeting(authenticates: false, readsFromReplica: true)
    #expect(
      verdicts(replica, "+OK", "+OK", "-ERR This instance has cluster support disabled")
        == [.continue, .continue, .refused(.clusterDisabled)])
    let loading = NodeGreeting(authenticates: true)
    #expect(verdicts(loading, "-LOADING soon") == [.refused(.loading)])
  }

  @Test("an answer of another kind", arguments: [":1", "$-1", "*0", "$2\r\nOK"])
  func unexpected(_ line: String) {
    #expect(verdicts(NodeGreeting(authenticates: true), line) == [.unexpected])
  }

  private func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)" }

  @Test("the former connection is ended by its number and its address, if both are known")
  func predecessor() {
    var first = NodeGreeting(authenticates: false)
    _ = first.judge(reply("+OK\r\n"))
    // The later fields came with 7.2 and 8.
    let info = bulk(
      "id=57 addr=10.0.0.9:4711 laddr=10.0.0.1:7000 fd=8 name=session-gateway resp=2 "
        + "lib-name= lib-ver= io-thread=0 tot-net-in=73 tot-net-out=42 tot-cmds=2")
    #expect(first.judge(reply(info + "\r\n")) == .ready)
    #expect(first.client == NodeClient(id: 57, address: "10.0.0.9:4711"))
    let second = NodeGreeting(authenticates: false, predecessor: first.client)
    #expect(second.replies == 3)
    let end =
      "*6\r\n$6\r\nCLIENT\r\n$4\r\nKILL\r\n$2\r\nID\r\n$2\r\n57\r\n"
      + "$4\r\nADDR\r\n$13\r\n10.0.0.9:4711\r\n"
    #expect(written(second, nil).contains(end))
    for answer in [":1", ":0", "-NOPERM no", "+OK"] {
      #expect(verdicts(second, "+OK", answer, info) == [.continue, .continue, .ready])
    }
  }

  @Test("an answer that tells no connection", arguments: ["id=5", "addr=x:1", "id=x addr=y", ""])
  func noClient(_ text: String) {
    var greeting = NodeGreeting(authenticates: false)
    _ = greeting.judge(reply("+OK\r\n"))
    #expect(greeting.judge(reply(bulk(text) + "\r\n")) == .ready)
    #expect(greeting.client == nil)
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
