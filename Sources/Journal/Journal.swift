import Foundation
import GRDB
import Glibc
import RSSModel
import RSSSystem

/// The record of rssctl's runs on this machine: an SQLite file in WAL mode that many processes write at once.
package struct Journal: Sendable {
    /// The file.
    package let path: String
    let queue: DatabaseQueue

    /// How long a writer waits for the others; each holds the file for a millisecond or so. A run stops using the journal
    /// with the first wait that times out, so this is what a locked journal costs it.
    private static let busyTimeout = 2.0

    /// Opens the journal, and makes it the first time.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, ``JournalError/newer(path:)``.
    package init(path: String) throws {
        self.path = path
        do {
            try PrivateFolder.make(FilePath.folder(of: path))
            // Two processes that make the file at once would both switch it to WAL and both migrate it.
            let lock = try PrivateFile.openLock("\(path).lock")
            defer { close(lock) }
            // Bounded: a stopped process that holds it must not stop all others.
            let deadline = ContinuousClock.now + .seconds(5)
            while flock(lock, LOCK_EX | LOCK_NB) != 0 {
                if ContinuousClock.now > deadline {
                    throw JournalError.unusable(path: path, reason: "another process holds its lock file for too long")
                }
                usleep(5000)
            }
            try Self.makeFile(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(Self.busyTimeout)
            configuration.journalMode = .wal
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            let migrator = JournalSchema.migrator
            if try queue.read(migrator.hasBeenSuperseded) { throw JournalError.newer(path: path) }
            if try !queue.read(migrator.hasCompletedMigrations) { try migrator.migrate(queue) }
        } catch let error as JournalError {
            throw error
        } catch let error as PrivateFolderError {
            throw Self.refused(path, error)
        } catch {
            throw Self.unusable(path, error)
        }
    }

    /// Makes the file, for its owner alone whatever the umask; of one that is there, nothing but a file of ours is used.
    private static func makeFile(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600 as mode_t)
        if descriptor >= 0 {
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw JournalError.unusable(path: path, reason: String(cString: strerror(errno))) }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw JournalError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError.unusable(path: path, reason: "it is not a regular file")
        }
        guard status.st_uid == geteuid() else {
            throw PrivateFolderError.foreign(
                path: path, owner: UserName.of(status.st_uid), user: UserName.of(geteuid()))
        }
    }

    private static func refused(_ path: String, _ error: PrivateFolderError) -> JournalError {
        switch error {
        case .foreign, .writable:
            let report = error.report
            return .unsafe(path: path, reason: report.message, hint: report.hint ?? "")
        case .unusable, .notFolder: return .unusable(path: path, reason: error.reason)
        }
    }

    static func unusable(_ path: String, _ error: any Error) -> JournalError {
        .unusable(path: path, reason: (error as? DatabaseError)?.message ?? (error as NSError).localizedDescription)
    }

    /// The place of the journal: `$RSSCTL_JOURNAL`, else `/var/lib/rssctl/journal.sqlite` for root, else the state folder.
    package static func defaultPath(environment: [String: String]) -> String {
        environment["RSSCTL_JOURNAL"].flatMap { $0.isEmpty ? nil : $0 }
            ?? "\(stateFolder(environment: environment))/journal.sqlite"
    }

    /// The state folder of rssctl: `/var/lib/rssctl` for root, else `$XDG_STATE_HOME/rssctl`.
    package static func stateFolder(environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/rssctl" }
        return "\(UserFolder.state(environment))/rssctl"
    }

    func write<T>(_ work: (Database) throws -> T) throws -> T {
        do {
            return try queue.write(work)
        } catch let error as JournalError {
            throw error
        } catch {
            throw Self.unusable(path, error)
        }
    }

    func read<T>(_ work: (Database) throws -> T) throws -> T {
        do {
            return try queue.read(work)
        } catch let error as JournalError {
            throw error
        } catch {
            throw Self.unusable(path, error)
        }
    }
}
