import type { Resources } from './names.ts';
import type { Parameters } from './parameters.ts';

/** Of the month's budget, in percent. */
const SPENT = 80;
const EXPECTED = 100;

/**
 * What the stack may cost in a month, by the tag that all its resources have; nothing without one.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 */
export function budgetResources(name: string, chosen: Parameters): Resources {
  const { monthlyBudgetUsd, alarmTopicArn } = chosen;
  if (monthlyBudgetUsd === undefined) return {};
  const Subscribers = [{ SubscriptionType: 'SNS', Address: alarmTopicArn }];
  const tell = (NotificationType: 'ACTUAL' | 'FORECASTED', Threshold: number) => {
    const Notification = { NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold };
    return { Notification, Subscribers };
  };
  const Budget = {
    BudgetName: name,
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: monthlyBudgetUsd, Unit: 'USD' },
    CostFilters: { TagKeyValue: [`user:deployment$${name}`] },
  };
  const NotificationsWithSubscribers = [tell('ACTUAL', SPENT), tell('FORECASTED', EXPECTED)];
  const Properties = { Budget, NotificationsWithSubscribers };
  return { Budget: { Type: 'AWS::Budgets::Budget', Properties } };
}
