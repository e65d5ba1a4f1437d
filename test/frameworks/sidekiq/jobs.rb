# frozen_string_literal: true

# The jobs of the application under test; loaded by worker processes.
require "sidekiq"

Sidekiq.configure_server do |config|
  config.redis = {url: ENV.fetch("REDIS_URL"), namespace: ENV["REDIS_NAMESPACE"]}.compact
end

# Is taken and never finished.
class Hold
  include Sidekiq::Worker

  def perform(_text)
    sleep
  end
end

# Fails at every attempt.
class Fail
  include Sidekiq::Worker

  def perform(_text)
    raise "on purpose"
  end
end
