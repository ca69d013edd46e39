import Console
import Foundation
import Glibc
import Journal
import Logging
import PostgresClient
import RSSCore
import RSSModel

/// Runs a verb: settings, journal, signals, deadline, lock, question, work, result, exit status.
struct Runner<V: Verb>: Sendable {
    let verb: V
    let world: World

    private var declaration: Declaration { V.declaration }
    private var carried: CarriedFlags { CarriedFlags(verb.global, own: verb.ownCarriedFlags) }

    /// Runs the verb to its end; all that can go wrong is reported on stderr and in the status.
    func run() async -> ExitStatus {
        let console = world.makeConsole(verb.global.color, verb.global.verbosity)
        let renderer = ProgressRenderer(console, verb.global.progress)
        let runID = UUID.v7().uuidString.lowercased()
        let recorder = declaration.isJournaled ? makeRecorder(runID, console) : nil
        // The time in the progress line advances also while nothing is reported.
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(500))
                renderer.tick()
            }
        }
        defer { ticker.cancel() }
        let scope = RunScope(
            recorder: recorder, timeout: verb.global.timeout, isWatch: verb.global.watch != nil,
            nextStep: V.stepAfterInterruption, carried: carried, ownsProcess: world.ownsProcess
        ) { report in
            ErrorRenderer(asJSON: verb.global.output.isJSON || verb.global.progress == .json).render(
                report, to: console)
        }
        return await scope.run {
            let context = try makeContext(console, runID, recorder, renderer)
            return try await work(context)
        }
    }

    private func work(_ context: Context) async throws -> ExitStatus {
        guard try await isConfirmed(context) else {
            context.console.note("Nothing was done.")
            return .done
        }
        if let interval = verb.global.watch { return try await watch(context, every: interval) }
        try await takeLock(context)
        // Also what fails may have changed something.
        defer { if declaration.effect != .reads, !context.isDryRun { context.forgetAnswers() } }
        let result = try await perform(context)
        nameTarget(context)
        let status = result.exitStatus
        for (name, value) in result.counts { context.recorder?.count(name, value) }
        try show(result, status, context)
        return status
    }

    /// Does the work once. Its sessions, and with them its locks, end before the result is shown, which a pager may do for hours.
    func perform(_ context: Context) async throws -> V.Output {
        do {
            let result = try await verb.execute(context).mappingCommands(context.carried.adding)
            await context.sessions.close()
            return result
        } catch {
            // A server that stopped answering must not delay the report.
            Task { await context.sessions.close() }
            throw error
        }
    }

    /// Asks before something is destroyed, and names the servers in the question. What can be reverted asks only where
    /// a person can answer.
    private func isConfirmed(_ context: Context) async throws -> Bool {
        let asks = declaration.effect == .destroys || declaration.effect == .writes && context.console.input.isTTY
        guard asks, !context.isDryRun, verb.change?.yes != true else { return true }
        let question = try await verb.question(context)
        // No session waits for the answer.
        await context.sessions.close()
        guard let question else { return true }
        let place = context.serverNames.map { "On \($0): " } ?? ""
        return try Prompt(context.console).confirm(place + question)
    }

    /// Prints which servers a change was made on.
    private func nameTarget(_ context: Context) {
        let servers = context.servers.all.joined(separator: ", ")
        guard declaration.effect != .reads, !servers.isEmpty else { return }
        context.progress(.note("Target: \(servers)\(context.isDryRun ? "; a dry run, nothing was changed" : "")"))
    }

    /// Takes the declared lock on a session of its own, which the server ends with this process.
    private func takeLock(_ context: Context) async throws {
        guard let name = declaration.lock, !declaration.workHoldsLock, !context.isDryRun else { return }
        // The session of the work says whether it may write: a lock can be held on a standby too.
        _ = try await context.connectPostgres(
            holding: AdvisoryLock("rssctl/\(name)"), wait: .seconds(1), readOnly: true)
    }

    private func makeContext(
        _ console: Console, _ runID: String, _ recorder: RunRecorder?, _ renderer: ProgressRenderer
    ) throws -> Context {
        let settings = try Settings.load(
            flags: verb.global.settingFlags, environment: world.environment, path: verb.global.config,
            profile: verb.global.profile)
        let carried = carried
        let reporter = ProgressReporter { event in
            let event = event.mappingText(carried.adding)
            renderer.handle(event)
            recorder?.record(event)
        }
        var targets: Targets?
        if declaration.needs.contains(.postgres) || declaration.needs.contains(.redis) {
            if let hazard = settings.hazard { throw hazard }
            for warning in settings.warnings { reporter(.warning(warning)) }
            let found = try Targets(settings: settings, stateFolder: world.stateFolder)
            if declaration.needs.contains(.postgres), found.usesSandboxDatabase {
                reporter(.note("No database is configured: using the sandbox's."))
            }
            targets = found
        }
        return Context(
            world: world, console: console, settings: settings, targets: targets, progress: reporter,
            recorder: recorder, runID: runID, command: declaration.command, isDryRun: verb.change?.dryRun ?? false,
            logger: Logger(label: "rssctl") { _ in ConsoleLogHandler(console) }, carried: carried)
    }

    private func makeRecorder(_ runID: String, _ console: Console) -> RunRecorder {
        let run = Run(
            id: runID, command: declaration.command, arguments: Redaction.scrub(arguments: world.arguments),
            host: Host.name, user: Host.userName, pid: getpid(), processStart: ProcessIdentity.current?.start ?? 0,
            version: Version.number, target: nil, startedAt: world.now())
        let path = world.journalPath
        return RunRecorder(run) {
            try Journal(path: path)
        } onFailure: { error in
            let report = ErrorReport(describing: error)
            console.warning("this run is not recorded: \(report.message)\(report.detail.map { ": \($0)" } ?? "")")
        }
    }
}

extension RunError {
    /// The error as the journal stores it, without secrets.
    init(_ report: ErrorReport) {
        self.init(
            code: report.code, message: Redaction.scrub(report.message), detail: report.detail.map(Redaction.scrub),
            hint: report.hint.map(Redaction.scrub))
    }
}

extension RunRecorder {
    /// Records what is reported of progress: phases with their times, warnings and notes.
    func record(_ event: ProgressEvent) {
        switch event {
        case .phase(let name, _, _): beginPhase(name)
        case .advanced(let done, _): advance(to: done)
        case .finished: endPhase()
        case .note(let text), .done(let text): message(Redaction.scrub(text), isWarning: false)
        case .warning(let text): message(Redaction.scrub(text), isWarning: true)
        }
    }
}
