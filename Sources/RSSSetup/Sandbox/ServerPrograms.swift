import Foundation
import Glibc
import RSSCore
import RSSSystem

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

    /// Looks the programs up: in the chosen folder, the newest PostgreSQL of Debian's folders, then PATH.
    ///
    /// - Throws: ``SandboxError/programMissing(_:package:)``, ``SandboxError/noUnprivilegedUser``.
    static func find() throws -> ServerPrograms {
        let folders = PostgresPrograms.folders
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

    /// The user that runs the servers when this process is root's.
    ///
    /// - Throws: ``SandboxError/noUnprivilegedUser``.
    static func unprivilegedAccount() throws -> Account? {
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

    /// Who may own what a sandbox holds, besides the user who runs rssctl.
    var owners: [uid_t] { account.map { [$0.uid] } ?? [] }

    /// Lets the servers' user through the folders of a sandbox, and checks that those above them can be entered.
    ///
    /// - Throws: ``SandboxError/unreachable(folder:user:closed:)``, `PrivateFolderError`.
    func letThrough(_ folders: [String], to folder: String) throws {
        guard let account else { return }
        for path in folders { try PrivateFolder.letThrough(path, group: account.gid) }
        var place = FilePath.resolved(folder) ?? folder
        while place != "/" {
            var status = stat()
            let entry: mode_t =
                stat(place, &status) != 0
                ? 0 : status.st_uid == account.uid ? 0o100 : status.st_gid == account.gid ? 0o010 : 0o001
            guard status.st_mode & entry != 0 else {
                throw SandboxError.unreachable(folder: folder, user: account.name, closed: place)
            }
            place = FilePath.folder(of: place)
        }
    }
}
