// NestJS: module, decorator and filter in an application on Express.
import 'reflect-metadata'
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common'
import { APP_FILTER, NestFactory } from '@nestjs/core'
import { Registry } from 'switchgear'
import { BreakerExceptionFilter, Guarded, SwitchgearModule } from 'switchgear/nestjs'
import { same, smoke } from './check.js'
import { statusesOf } from './http.js'

let requests = 0

@Injectable()
class Orders {
  @Guarded('orders-db', { policy: { failureThreshold: 2 } })
  async find(id: string): Promise<string> {
    if (requests++ > 0) throw new Error('down')
    return id
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly orders: Orders) {}
  @Get(':id')
  find(@Param('id') id: string): Promise<string> {
    return this.orders.find(id)
  }
}

@Module({
  imports: [SwitchgearModule.forRoot()],
  controllers: [OrdersController],
  providers: [Orders, { provide: APP_FILTER, useClass: BreakerExceptionFilter }],
})
class AppModule {}

smoke(async () => {
  const app = await NestFactory.create(AppModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  same('statuses', await statusesOf(`${await app.getUrl()}/orders/1`, 4), ['200', '500', '500', '503 30'])
  same('its breaker', app.get(Registry).state('orders-db'), 'open')
  await app.close()
})
