import Glibc
import RSSSystem

/// Shows long output page by page: `RSSCTL_PAGER`, else `PAGER`, else `less -FIRX`, which ends at once when all fits.
package struct Pager: Sendable, Equatable {
    /// The command line, as a shell reads it.
    package let command: String
    private let variables: [String: String]

    /// The pager that the environment asks for; nil when it asks for none (empty, or `cat`).
    package init?(environment: [String: String]) {
        let command = environment["RSSCTL_PAGER"] ?? environment["PAGER"] ?? "less -FIRX"
        guard !command.isEmpty, command != "cat" else { return nil }
        // `less` alone would show our colours as ESC[1m.
        self.command = command == "less" ? "less -FIRX" : command
        var variables = ChildEnvironment.of(environment, more: ChildEnvironment.isPaging)
        // A pager that root runs starts no shell and no editor.
        if geteuid() == 0 { variables["LESSSECURE"] = "1" }
        self.variables = variables
    }

    /// Runs the pager on the terminal and waits until it exits; false when it cannot be run or is not found.
    ///
    /// A pager that exits before it read everything is not an error.
    func show(_ bytes: [UInt8]) -> Bool {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        // The pager must not hold the writing end itself, or it would wait for an end that never comes.
        ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        guard let child = spawn(reading: ends[0]) else {
            close(ends[0])
            close(ends[1])
            return false
        }
        close(ends[0])
        // An interrupt from the terminal is the pager's, which may only stop a search with it: the pager must not stay
        // on the terminal.
        let handler = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, handler) }
        try? FileDescriptorSink(ends[1], name: "pager").write(bytes)
        close(ends[1])
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // 127 is the shell's word for a command that it did not find.
        return (status & 0x7F) != 0 || (status >> 8) & 0xFF != 127
    }

    /// Starts the pager in our own process group, so that it owns the terminal as we do, with SIGPIPE as usual.
    private func spawn(reading input: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGINT, SIGPIPE] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Threads of dispatch block nearly all signals, and so would the pager.
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in strdup(word) }
        arguments.append(nil)
        var environment = variables.map { (name: String, value: String) in strdup("\(name)=\(value)") } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, "/bin/sh", &actions, &attributes, &arguments, &environment)
        return result == 0 ? child : nil
    }
}
