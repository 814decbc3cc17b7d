//! The scheduler: an executor that lets one call proceed at a time, chosen by chance.
//!
//! Clients run until all of them wait. Then one call that is on its way takes a step - with or
//! without a fault -, or one that was late arrives, or the time advances. Priorities that change
//! now and then starve some clients for a while: races that need a long pause are found that way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::future::BoxFuture;

use super::adversity::{Adversity, proceed};
use super::world::{Shared, World};

/// A client and whether it has something to do.
struct Task {
    future: Option<BoxFuture<'static, ()>>,
    woken: Arc<Flag>,
    priority: u64,
    may_crash: bool,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// See the module head.
pub(crate) struct Scheduler {
    world: Shared,
    adversity: Adversity,
    tasks: Vec<Task>,
    /// The step at which it stops, whoever is at work.
    stop_at: Option<u64>,
}

/// Longer than any schedule that makes progress.
const MAX_STEPS: u64 = 30_000;

impl Scheduler {
    pub(crate) fn new(world: Shared, adversity: Adversity) -> Self {
        Self {
            world,
            adversity,
            tasks: Vec::new(),
            stop_at: None,
        }
    }

    /// Runs so many steps, and then ends the process in which all clients are.
    pub(crate) fn run_and_kill(&mut self, steps: u64) {
        self.stop_at = Some(self.world.lock().counts.steps + steps);
        self.run();
        self.stop_at = None;
        for client in 0..self.tasks.len() {
            self.crash(client);
        }
    }

    /// Nothing goes wrong while this one client runs.
    pub(crate) fn run_in_peace(&mut self, client: BoxFuture<'static, ()>) {
        let usual = self.adversity;
        let faults = std::mem::take(&mut self.world.lock().blob_faults);
        self.calm_down();
        self.spawn(false, client);
        self.run();
        self.adversity = usual;
        self.world.lock().blob_faults = faults;
    }

    pub(crate) fn spawn(&mut self, may_crash: bool, client: BoxFuture<'static, ()>) {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let priority = self.world.lock().rng.next();
        self.tasks.push(Task {
            future: Some(client),
            woken,
            priority,
            may_crash,
        });
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&mut self) {
        self.adversity = Adversity {
            fault: 0,
            crash: 0,
            late: 1000,
            ..self.adversity
        };
    }

    /// How many clients there are, or were.
    pub(crate) fn clients(&self) -> usize {
        self.tasks.len()
    }

    /// Runs until all clients are done or have crashed and nothing is late any more, or until
    /// something is wrong.
    pub(crate) fn run(&mut self) {
        loop {
            self.run_clients();
            let mut world = self.world.lock();
            if world.oracle.violation.is_some() {
                return;
            }
            let is_done = |task: &Task| task.future.is_none();
            let is_over = self.tasks.iter().all(is_done) && world.in_flight.is_empty();
            if is_over && world.late.is_empty() {
                return;
            }
            if self.stop_at.is_some_and(|at| world.counts.steps >= at) {
                return;
            }
            if world.counts.steps >= MAX_STEPS {
                world.oracle.fail(format!("no end after {MAX_STEPS} steps"));
                return;
            }
            world.counts.steps += 1;
            world.now = world.now.plus(1);
            let is_late = is_over || world.rng.chance(self.adversity.late);
            if is_late && !world.late.is_empty() {
                let count = world.late.len();
                let which = world.rng.index(count);
                let call = world.late.swap_remove(which);
                world.arrive(&call);
                continue;
            }
            drop(world);
            self.step();
        }
    }

    /// Polls everybody who was woken until nobody is.
    fn run_clients(&mut self) {
        let mut is_idle = false;
        while !is_idle {
            is_idle = true;
            for task in &mut self.tasks {
                let Some(future) = &mut task.future else {
                    continue;
                };
                if !task.woken.0.swap(false, Ordering::Relaxed) {
                    continue;
                }
                is_idle = false;
                let waker = Waker::from(task.woken.clone());
                if future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
                    task.future = None;
                }
            }
        }
    }

    /// Lets one call take a step, or wakes those whose time has come.
    fn step(&mut self) {
        let mut world = self.world.lock();
        let due = |world: &World| {
            world
                .timers
                .iter()
                .position(|timer| timer.until <= world.now)
        };
        if world.in_flight.is_empty()
            && let Some(next) = world.timers.iter().map(|timer| timer.until).min()
        {
            world.now = world.now.max(next);
        }
        while let Some(timer) = due(&world) {
            let timer = world.timers.swap_remove(timer);
            // a client that crashed no longer sleeps
            let _ = timer.wake.send(());
        }
        if world.in_flight.is_empty() {
            return;
        }
        let which = self.choose(&mut world);
        let client = world.in_flight.get(which).map_or(0, |call| call.client);
        proceed(&mut world, which, &self.adversity);
        if world.rng.chance(6) {
            let priority = world.rng.next() >> 1;
            if let Some(task) = self.tasks.get_mut(client) {
                task.priority = priority;
            }
        }
        let may_crash = self.tasks.get(client).is_some_and(|task| task.may_crash);
        if may_crash && world.rng.chance(self.adversity.crash) {
            drop(world);
            self.crash(client);
        }
    }

    fn choose(&self, world: &mut World) -> usize {
        let count = world.in_flight.len();
        let which = world.rng.index(count);
        if !self.adversity.is_unfair || world.rng.chance(100) {
            return which;
        }
        let priority = |client: usize| self.tasks.get(client).map_or(0, |task| task.priority);
        let calls = world.in_flight.iter().enumerate();
        calls
            .max_by_key(|(_, call)| priority(call.client))
            .map_or(which, |(index, _)| index)
    }

    fn crash(&mut self, client: usize) {
        let Some(task) = self.tasks.get_mut(client) else {
            return;
        };
        task.future = None;
        let mut world = self.world.lock();
        world.note(|| format!("crash  client {client}"));
        world.counts.crashes += 1;
        world.abandon(client);
    }
}
