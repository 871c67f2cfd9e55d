// Certificates of all kinds, made by the `openssl` command in a temporary folder, once a run.

import Glibc

/// A folder of PEM files: an authority, and what it and a foreign one have signed.
struct Certificates: Sendable {
  static let shared = Certificates()

  let folder: String

  func file(_ name: String) -> String { "\(folder)/\(name)" }

  private init() {
    var template = Array("/tmp/reactor-tests-XXXXXX".utf8CString)
    let folder = unsafe template.withUnsafeMutableBufferPointer {
      unsafe String(cString: mkdtemp($0.baseAddress!))
    }
    self.folder = folder
    let script = "cd \(folder)\n\(Self.script)"
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [
      strdup("sh"), strdup("-ec"), strdup(script), nil,
    ]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child = pid_t()
    let failed = unsafe posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ)
    precondition(failed == 0, "a shell can be started")
    var status: Int32 = 0
    _ = unsafe waitpid(child, &status, 0)
    precondition(status == 0, "the openssl command makes the certificates, see \(folder)/log")
    // The files are small and few; the folder goes when the process ends.
    atexit { Certificates.shared.remove() }
  }

  private func remove() {
    guard let entries = unsafe opendir(folder) else { return }
    while let entry = unsafe readdir(entries) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(cString: $0.baseAddress!.assumingMemoryBound(to: CChar.self))
      }
      unsafe unlink(file(name))
    }
    unsafe closedir(entries)
    unsafe rmdir(folder)
  }

  private static let script = """
    exec >log 2>&1
    key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }
    authority() {
      key $1
      openssl req -x509 -new -key $1.key -out $1.pem -subj /CN=$1 -days 30 \
        -addext keyUsage=critical,keyCertSign
    }
    # leaf NAME AUTHORITY ALTERNATIVE-NAMES USAGE
    leaf() {
      key $1
      openssl req -new -key $1.key -out $1.csr -subj /CN=$1
      printf 'subjectAltName=%s\\nextendedKeyUsage=%s\\n' "$3" "$4" >$1.ext
      openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -out $1.pem \
        -days 30 -extfile $1.ext
    }
    authority ca
    authority foreign
    leaf server ca DNS:node.test,DNS:localhost,IP:127.0.0.1,IP:::1 serverAuth
    leaf client ca DNS:client.test clientAuth
    leaf stranger foreign DNS:node.test serverAuth
    leaf other ca DNS:other.test,IP:192.0.2.1 serverAuth
    printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nnew_certs_dir=.\\nserial=serial\\n' >ca.cnf
    printf 'default_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >>ca.cnf
    : >index
    echo 77 >serial
    # dated NAME FROM UNTIL
    dated() {
      key $1
      openssl req -new -key $1.key -out $1.csr -subj /CN=$1
      openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in $1.csr \
        -out $1.pem -notext -extfile server.ext -startdate $2 -enddate $3
    }
    dated expired 20200101000000Z 20210101000000Z
    dated future 20900101000000Z 20910101000000Z
    openssl ec -in server.key -aes128 -passout pass:secret -out locked.key
    openssl genrsa -out small.key 1024
    openssl req -x509 -new -key small.key -out small.pem -subj /CN=small -days 30
    echo nothing >empty.pem
    """
}
