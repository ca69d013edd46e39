import Foundation
import Glibc

/// The installed server programs, and the user that runs them.
struct ServerPrograms: Sendable {
    let initdb: String
    let pgCtl: String
    let redisServer: String
    /// The unprivileged user that runs the servers when this process is root's; nil otherwise.
    let account: Account?

    struct Account: Sendable {
        let name: String
        let uid: uid_t
        let gid: gid_t
    }

    /// Looks the programs up: the newest PostgreSQL of Debian's folders first, then PATH.
    ///
    /// - Throws: ``SandboxError/programMissing(_:package:)``, ``SandboxError/noUnprivilegedUser``.
    static func find() throws -> ServerPrograms {
        let base = "/usr/lib/postgresql"
        // No folder there is no error: PATH is searched next.
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [])
            .sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
        let folders = versions.map { "\(base)/\($0)/bin" }
        func need(_ program: String, _ package: String) throws -> String {
            guard let path = Subprocess.find(program, in: folders) else {
                throw SandboxError.programMissing(program, package: package)
            }
            return path
        }
        return ServerPrograms(
            initdb: try need("initdb", "postgresql"), pgCtl: try need("pg_ctl", "postgresql"),
            redisServer: try need("redis-server", "redis-server"), account: try unprivilegedAccount())
    }

    private static func unprivilegedAccount() throws -> Account? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) {
                return Account(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
            }
        }
        throw SandboxError.noUnprivilegedUser
    }

    /// A program run by the servers' user.
    func command(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) -> Subprocess {
        var clean = environment
        clean["LC_ALL"] = "C.UTF-8"
        guard let account else {
            return Subprocess(executable: executable, arguments: arguments, environment: clean)
        }
        let drop = ["--reuid=\(account.uid)", "--regid=\(account.gid)", "--clear-groups", "--", executable]
        return Subprocess(
            executable: Subprocess.find("setpriv") ?? "/usr/bin/setpriv", arguments: drop + arguments,
            environment: clean)
    }

    /// Gives a file or folder to the servers' user.
    func handOver(_ path: String) {
        if let account { lchown(path, account.uid, account.gid) }
    }
}

/// A TCP port of the loopback address that nothing listens on at this moment.
func freeLoopbackPort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        // sockaddr_in is the loopback form of sockaddr; both calls are told its real size.
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard bound else {
        throw SandboxError.startFailed(server: "network", reason: "no free port: \(String(cString: strerror(errno)))")
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
