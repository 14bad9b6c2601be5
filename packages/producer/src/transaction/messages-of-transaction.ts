import type { KafkaError } from "@moldau/protocol-codec";
import type { SendPipeline } from "../send-pipeline.js";

/** What transactions do with the producer's messages. */
export interface MessagesOfTransaction {
  /** How many batches brokers have acknowledged so far. */
  readonly acknowledged: number;
  /** Lets no batch wait for company, now and until the function that it returns is called. */
  hurry(): () => void;
  /** Resolves when every call that is open now has its outcome. */
  settle(): Promise<void>;
  /**
   * Fails what is in no request, and what comes back to be sent again, until {@link resume}; resolves when no request with a batch is under
   * way.
   */
  drop(error: KafkaError): Promise<void>;
  /** Batches are sent again where that helps. */
  resume(): void;
  /** Batches may pass the gate that had to wait. */
  wake(): void;
  /** Notes why batches that were never sent have to wait. */
  blame(error: KafkaError): void;
}

/** As much of the intake as transactions use. */
interface Intake {
  settle(): Promise<void>;
  refuseWaiting(error: KafkaError): void;
}

/** Makes it of the producer's parts. */
export function messagesOfTransaction(pipeline: SendPipeline, intake: Intake): MessagesOfTransaction {
  return {
    get acknowledged() {
      return pipeline.acknowledged;
    },
    hurry: () => pipeline.hurry(),
    settle: () => intake.settle(),
    drop: (error) => {
      intake.refuseWaiting(error);
      return pipeline.drop(error);
    },
    resume: () => pipeline.resume(),
    wake: () => pipeline.identified(),
    blame: (error) => pipeline.blame(error),
  };
}
