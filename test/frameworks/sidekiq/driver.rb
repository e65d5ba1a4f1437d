# frozen_string_literal: true

# Uses Sidekiq as an application does: its client enqueues, its API looks. Workers are processes of the `sidekiq` command.
# One JSON object per line in, one out: see driver.ts.
require "json"
require "sidekiq"
require "sidekiq/api"
require "sidekiq/scheduled"

Sidekiq.logger.level = Logger::FATAL
$stdout.sync = true

# What it answers to, by name.
class Driver
  def connect(url:, namespace: nil)
    Sidekiq.redis = {url: url, namespace: namespace}.compact
  end

  def add(queue:, count:, job: "Hold", text: "", in_seconds: 0, retries: 0)
    item = {"class" => job, "queue" => queue, "args" => [text], "retry" => retries}
    count.times do
      item["at"] = Time.now.to_f + in_seconds if in_seconds.positive?
      Sidekiq::Client.push(item.dup)
    end
  end

  # As the thread of a worker process does every few seconds.
  def promote
    Sidekiq::Scheduled::Enq.new.enqueue_jobs
  end

  def size(queue:)
    Sidekiq::Queue.new(queue).size
  end

  def latency(queue:)
    Sidekiq::Queue.new(queue).latency
  end

  def queues
    Sidekiq::Queue.all.map(&:name)
  end

  def clear(queue:)
    Sidekiq::Queue.new(queue).clear
  end

  def sets
    {scheduled: Sidekiq::ScheduledSet.new.size, retry: Sidekiq::RetrySet.new.size, dead: Sidekiq::DeadSet.new.size}
  end

  # Without the clean-up that would take dead ones away.
  def processes
    Sidekiq::ProcessSet.new(false).map { |process| {queues: process["queues"], quiet: process.stopping?} }
  end
end

driver = Driver.new
puts JSON.generate(ready: true, version: "Sidekiq #{Sidekiq::VERSION}")
while (line = $stdin.gets)
  request = JSON.parse(line, symbolize_names: true)
  begin
    name = request[:call].to_sym
    raise "no such call" unless Driver.public_instance_methods(false).include?(name)
    answer = {result: driver.public_send(name, **request[:with])}
  rescue => error
    answer = {error: "#{error.class}: #{error.message}"}
  end
  puts JSON.generate(id: request[:id], **answer)
end
